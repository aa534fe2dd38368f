using YamlDotNet.RepresentationModel;

namespace Driftline.Deploy.Tests.Workflows;

/// <summary>One file of .github/workflows: its text, and its nodes with aliases followed.</summary>
internal sealed record Workflow(string Name, string Text, YamlMappingNode Root)
{
    public static string Folder { get; } = Path.Combine(Checkout.Root, ".github", "workflows");

    public static IReadOnlyList<string> All { get; } = [.. Directory.EnumerateFiles(Folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public IEnumerable<(string Name, YamlMappingNode Job)> Jobs => ((YamlMappingNode)Root["jobs"]).Children.Select(pair => (pair.Key.ToString(), (YamlMappingNode)pair.Value));

    public IEnumerable<YamlMappingNode> Steps => Jobs.SelectMany(job => Get(job.Job, "steps") is YamlSequenceNode steps ? steps.Children.OfType<YamlMappingNode>() : []);

    /// <summary>Every <c>uses</c>, of steps and of jobs.</summary>
    public IEnumerable<string> Uses => Steps.Concat(Jobs.Select(job => job.Job)).Select(node => Get(node, "uses")?.ToString()).OfType<string>();

    public IEnumerable<string> Scripts => Steps.Select(step => Get(step, "run")?.ToString()).OfType<string>();

    public static Workflow Open(string name) => Read(name, File.ReadAllText(Path.Combine(Folder, name)));

    /// <exception cref="YamlDotNet.Core.YamlException">It is no YAML, or a key is written twice.</exception>
    public static Workflow Read(string name, string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return new Workflow(name, text, (YamlMappingNode)stream.Documents.Single().RootNode);
    }

    public static YamlNode? Get(YamlNode? node, string key) => node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
}
