namespace Driftline.Local;

/// <summary>An answer other than 200, with the error codes of the Schema Registry's REST API.</summary>
internal sealed class RegistryError(int status, int code, string message) : Exception(message)
{
    public int Status => status;
    public int Code => code;

    public static RegistryError SubjectNotFound(string subject) => new(404, 40401, $"Subject '{subject}' not found.");
    public static RegistryError VersionNotFound(int version) => new(404, 40402, $"Version {version} not found.");
    public static RegistryError SchemaNotFound() => new(404, 40403, "Schema not found");
    public static RegistryError SchemaNotFound(int id) => new(404, 40403, $"Schema {id} not found");
    public static RegistryError NoSubjectCompatibility(string subject) =>
        new(404, 40408, $"Subject '{subject}' does not have subject-level compatibility configured");
    public static RegistryError InvalidSchema(string reason) => new(422, 42201, "Invalid schema: " + reason);
    public static RegistryError InvalidVersion(string version) =>
        new(422, 42202, $"The specified version '{version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\"");
    public static RegistryError InvalidCompatibility(string? level) =>
        new(422, 42203, $"Invalid compatibility level '{level}'. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive");
    public static RegistryError Incompatible(string subject, IReadOnlyList<string> problems) => new(
        409, 409, $"Schema being registered is incompatible with an earlier schema for subject \"{subject}\", details: [{string.Join("; ", problems)}]");
}
