using System.Text.Json.Serialization;

namespace Driftline.Local;

internal sealed record SchemaRequest(
    [property: JsonPropertyName("schema")] string? Schema,
    [property: JsonPropertyName("schemaType")] string? SchemaType,
    [property: JsonPropertyName("references")] IReadOnlyList<object>? References);

internal sealed record IdAnswer([property: JsonPropertyName("id")] int Id);

internal sealed record SchemaAnswer([property: JsonPropertyName("schema")] string Schema);

internal sealed record SubjectVersion(
    [property: JsonPropertyName("subject")] string Subject, [property: JsonPropertyName("version")] int Version);

internal sealed record RegisteredVersion(
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("version")] int Version,
    [property: JsonPropertyName("id")] int Id,
    [property: JsonPropertyName("schema")] string Schema);

internal sealed record CompatibilityAnswer(
    [property: JsonPropertyName("is_compatible")] bool IsCompatible, [property: JsonPropertyName("messages")] IReadOnlyList<string> Messages);

internal sealed record Config([property: JsonPropertyName("compatibility")] string? Compatibility);

internal sealed record ConfigAnswer([property: JsonPropertyName("compatibilityLevel")] string CompatibilityLevel);

internal sealed record ErrorAnswer(
    [property: JsonPropertyName("error_code")] int ErrorCode, [property: JsonPropertyName("message")] string Message);

internal sealed record About(
    [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("note")] string Note);
