using Avro;
using Xunit;

namespace Driftline.Schemas.Tests;

public sealed class AvroCompatibilityTests
{
    private const string Base = """{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}""";

    [Theory]
    [InlineData(Base, Base)]
    [InlineData("""{"type":"record","name":"R","fields":[]}""", Base)]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":["null","string"],"default":null}]}""", Base)]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":["null","int"]}]}""", Base)]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"double"}]}""", Base)]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"z","type":"int","aliases":["a"]}]}""", Base)]
    [InlineData("""{"type":"record","name":"S","aliases":["R"],"fields":[{"name":"a","type":"int"}]}""", Base)]
    [InlineData("\"double\"", "\"float\"")]
    [InlineData("\"bytes\"", "\"string\"")]
    [InlineData("\"string\"", "\"bytes\"")]
    [InlineData("""["null","string","long"]""", """["string","int"]""")]
    [InlineData("\"int\"", """["int"]""")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A","B"]}""", """{"type":"enum","name":"E","symbols":["B"]}""")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A"],"default":"A"}""", """{"type":"enum","name":"E","symbols":["A","B"]}""")]
    [InlineData("""{"type":"array","items":"long"}""", """{"type":"array","items":"int"}""")]
    [InlineData("""{"type":"map","values":["null","string"]}""", """{"type":"map","values":"string"}""")]
    [InlineData("\"long\"", """{"type":"long","logicalType":"timestamp-millis"}""")]
    [InlineData(
        """{"type":"record","name":"N","fields":[{"name":"next","type":["null","N"]},{"name":"v","type":"long"}]}""",
        """{"type":"record","name":"N","fields":[{"name":"next","type":["null","N"]},{"name":"v","type":"int"}]}""")]
    public void AReaderThatTheSpecificationAllowsHasNoProblems(string reader, string writer) =>
        Assert.Empty(AvroCompatibility.Problems(Schema.Parse(reader), Schema.Parse(writer)));

    [Theory]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"string"}]}""", Base, "/b: field 'b'")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}""", Base, "/a: int cannot be read as string")]
    [InlineData("""{"type":"record","name":"S","fields":[{"name":"a","type":"int"}]}""", Base, "R was written but S is expected")]
    [InlineData("\"int\"", "\"long\"", "/: long cannot be read as int")]
    [InlineData("\"float\"", "\"double\"", "double cannot be read as float")]
    [InlineData("""["int","string"]""", """["null","int"]""", "can read null")]
    [InlineData("\"int\"", """["int","string"]""", "string cannot be read as int")]
    [InlineData("""{"type":"enum","name":"E","symbols":["A"]}""", """{"type":"enum","name":"E","symbols":["A","B"]}""", "lacks the symbols B")]
    [InlineData("""{"type":"fixed","name":"F","size":4}""", """{"type":"fixed","name":"F","size":8}""", "8 bytes is read as 4 bytes")]
    [InlineData("""{"type":"array","items":"int"}""", """{"type":"array","items":"long"}""", "/[]: long")]
    [InlineData("""{"type":"map","values":"int"}""", """{"type":"map","values":"string"}""", "/{}: string")]
    [InlineData(
        """{"type":"bytes","logicalType":"decimal","precision":9,"scale":3}""",
        """{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}""", "decimal(9, 2)")]
    [InlineData(
        """{"type":"record","name":"R","fields":[{"name":"p","type":["null",{"type":"record","name":"P","fields":[{"name":"q","type":"int"},{"name":"new","type":"int"}]}]}]}""",
        """{"type":"record","name":"R","fields":[{"name":"p","type":["null",{"type":"record","name":"P","fields":[{"name":"q","type":"int"}]}]}]}""",
        "/p/P/new: field 'new'")]
    [InlineData(
        """{"type":"record","name":"N","fields":[{"name":"next","type":["null","N"]},{"name":"v","type":"int"}]}""",
        """{"type":"record","name":"N","fields":[{"name":"next","type":["null","N"]},{"name":"v","type":"long"}]}""", "/v: long")]
    public void AReaderThatWouldFailIsToldWhereAndWhy(string reader, string writer, string problem) =>
        Assert.Contains(problem, Assert.Single(AvroCompatibility.Problems(Schema.Parse(reader), Schema.Parse(writer))), StringComparison.Ordinal);

    [Fact]
    public void EveryTopicsSchemaReadsItself() => Assert.All(Topics.All.Where(topic => topic.Value is not null), topic =>
        Assert.Empty(AvroCompatibility.Problems(topic.Value!, topic.Value!)));
}
