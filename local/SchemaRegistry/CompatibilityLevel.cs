using Avro;
using Driftline.Schemas;

namespace Driftline.Local;

/// <summary>What a new schema of a subject is held against: whether it must read the old ones, be read by them, and how many of them.</summary>
internal sealed record CompatibilityLevel(string Name, bool Backward, bool Forward, bool Transitive)
{
    public static readonly CompatibilityLevel BackwardTransitive = new("BACKWARD_TRANSITIVE", true, false, true);

    private static readonly CompatibilityLevel[] All =
    [
        new("NONE", false, false, false),
        new("BACKWARD", true, false, false), BackwardTransitive,
        new("FORWARD", false, true, false), new("FORWARD_TRANSITIVE", false, true, true),
        new("FULL", true, true, false), new("FULL_TRANSITIVE", true, true, true),
    ];

    /// <exception cref="RegistryError">The level is not one of the seven.</exception>
    public static CompatibilityLevel Parse(string? name) =>
        Array.Find(All, level => level.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw RegistryError.InvalidCompatibility(name);

    /// <summary>Why the schema may not follow the earlier ones (oldest first); empty when it may.</summary>
    public IReadOnlyList<string> Problems(Schema next, IReadOnlyList<Schema> earlier) =>
    [
        .. (Transitive ? earlier : earlier.TakeLast(1)).SelectMany(old =>
            (Backward ? AvroCompatibility.Problems(next, old).Select(problem => "reading earlier records, " + problem) : [])
            .Concat(Forward ? AvroCompatibility.Problems(old, next).Select(problem => "earlier readers, " + problem) : [])).Distinct(),
    ];
}
