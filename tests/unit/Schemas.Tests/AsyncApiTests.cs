using System.Globalization;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Driftline.Schemas.Tests;

/// <summary>schemas/asyncapi.yaml says what Topics.cs says, and every reference in it leads somewhere.</summary>
public sealed class AsyncApiTests
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "schemas");
    private static readonly YamlMappingNode Document = Load();

    public static TheoryData<string> TopicNames => [.. Topics.All.Select(topic => topic.Name)];

    [Fact]
    public void TheChannelsAreTheTopicsInFlowOrder() => Assert.Equal(
        Topics.All.Select(topic => topic.Name),
        Map(Document, "channels").Children.Values.Select(channel => Text(channel, "address")));

    [Theory, MemberData(nameof(TopicNames))]
    public void AChannelIsKeptKeyedAndTypedLikeItsTopic(string name)
    {
        var topic = Topics.All.Single(topic => topic.Name == name);
        var channel = Map(Document, "channels").Children.Values.Single(channel => Text(channel, "address") == name);
        var configuration = Map(channel, "bindings", "kafka", "topicConfiguration");
        Assert.Equal(topic.Compacted ? "compact" : "delete", ((YamlSequenceNode)configuration["cleanup.policy"]).Single().ToString());
        Assert.Equal(
            topic.Retention?.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
            configuration.Children.TryGetValue("retention.ms", out var retention) ? retention.ToString() : null);

        var message = Resolve(Text(Map(channel, "messages").Children.Single().Value, "$ref"));
        Assert.Equal(topic.Key, Text(Map(message, "bindings", "kafka", "key"), "description"));
        var payload = Map(message, "payload");
        if (topic.Value is null) Assert.False(payload.Children.ContainsKey("schema"));
        else Assert.Equal(topic.Value, Avro.Schema.Parse(File.ReadAllText(Path.Combine(Folder, Text(payload["schema"], "$ref")))));
    }

    [Fact]
    public void EveryReferenceLeadsSomewhere()
    {
        var references = References(Document).ToList();
        Assert.NotEmpty(references);
        Assert.All(references, reference =>
        {
            if (reference.StartsWith('#')) Assert.NotNull(Resolve(reference));
            else Assert.True(File.Exists(Path.Combine(Folder, reference)), $"{reference} does not exist.");
        });
    }

    [Fact]
    public void TheDocumentIsAsyncApi3() => Assert.StartsWith("3.", Text(Document, "asyncapi"), StringComparison.Ordinal);

    private static YamlMappingNode Load()
    {
        using var reader = new StreamReader(Path.Combine(Folder, "asyncapi.yaml"));
        var stream = new YamlStream();
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    private static YamlMappingNode Map(YamlNode node, params string[] path) => (YamlMappingNode)path.Aggregate(node, (at, name) => at[name]);

    private static string Text(YamlNode node, string name) => node[name].ToString();

    private static YamlMappingNode Resolve(string reference) => Map(Document, reference["#/".Length..].Split('/'));

    private static IEnumerable<string> References(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(child => child.Key.ToString() == "$ref" ? [child.Value.ToString()] : References(child.Value)),
        YamlSequenceNode list => list.Children.SelectMany(References),
        _ => [],
    };
}
