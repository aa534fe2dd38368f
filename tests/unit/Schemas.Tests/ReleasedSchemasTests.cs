using System.Globalization;
using Avro;
using Xunit;

namespace Driftline.Schemas.Tests;

/// <summary>
/// BACKWARD_TRANSITIVE: whoever reads with a schema can read what was written with every release before it. A release is a copy of the .avsc as
/// <c>schemas/released/&lt;Record&gt;/v&lt;N&gt;.avsc</c>, and never changes again.
/// </summary>
public sealed class ReleasedSchemasTests
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "schemas");

    public static TheoryData<string> Records => [.. Directory.EnumerateFiles(Folder, "*.avsc").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Records))]
    public void TheCurrentSchemaReadsEveryRelease(string record)
    {
        var current = Schema.Parse(File.ReadAllText(Path.Combine(Folder, $"{record}.avsc")));
        var releases = Releases(record);
        Assert.NotEmpty(releases);
        Assert.All(releases, release => Assert.True(CanRead(current, release.Schema), $"{record}.avsc cannot read what {record} v{release.Version} wrote: give new fields a default, and rename or retype none."));
    }

    [Theory, MemberData(nameof(Records))]
    public void EveryReleaseReadsTheReleasesBeforeIt(string record)
    {
        var releases = Releases(record);
        Assert.Equal(Enumerable.Range(1, releases.Count), releases.Select(release => release.Version));
        foreach (var reader in releases)
            Assert.All(releases.Take(reader.Version - 1), writer => Assert.True(CanRead(reader.Schema, writer.Schema), $"{record} v{reader.Version} cannot read v{writer.Version}."));
    }

    [Fact]
    public void EveryReleasedRecordIsStillThere() => Assert.Equal(
        Directory.EnumerateDirectories(Path.Combine(Folder, "released")).Select(Path.GetFileName).Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Folder, "*.avsc").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("""{ "name": "id", "type": "string" }, { "name": "new", "type": ["null", "string"], "default": null }""", true)]
    [InlineData("""{ "name": "id", "type": "string" }, { "name": "new", "type": "string" }""", false)]
    [InlineData("""{ "name": "id", "type": "long" }""", false)]
    [InlineData("""{ "name": "renamed", "type": "string" }""", false)]
    public void TheCheckTellsSafeChangesFromBreakingOnes(string fields, bool safe)
    {
        const string released = """{ "type": "record", "name": "R", "fields": [ { "name": "id", "type": "string" } ] }""";
        Assert.Equal(safe, CanRead(Schema.Parse($$"""{ "type": "record", "name": "R", "fields": [ {{fields}} ] }"""), Schema.Parse(released)));
    }

    /// <summary>The one place that decides compatibility.</summary>
    private static bool CanRead(Schema reader, Schema writer) => AvroCompatibility.Problems(reader, writer).Count == 0;

    private static List<(int Version, Schema Schema)> Releases(string record) => Directory.EnumerateFiles(Path.Combine(Folder, "released", record), "v*.avsc")
        .Select(file => (int.Parse(Path.GetFileNameWithoutExtension(file)[1..], CultureInfo.InvariantCulture), Schema.Parse(File.ReadAllText(file))))
        .OrderBy(release => release.Item1).ToList();
}
