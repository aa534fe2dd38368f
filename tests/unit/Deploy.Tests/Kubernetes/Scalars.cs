using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Driftline.Deploy.Tests.Kubernetes;

/// <summary>
/// The API server refuses a number or a boolean where a string belongs, which typed models, reading YAML, do not: the values of labels,
/// annotations, environments, arguments and ConfigMaps must be quoted when they look like one.
/// </summary>
internal static partial class Scalars
{
    private static readonly string[] StringMaps = ["labels", "annotations", "matchLabels", "stringData", "nodeSelector"];
    private static readonly string[] StringLists = ["args", "command"];

    [GeneratedRegex(@"^(true|false|yes|no|on|off|null|~|[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?)$", RegexOptions.IgnoreCase)]
    private static partial Regex NotAString { get; }

    [GeneratedRegex(@"\.env\[[0-9]+\]$")]
    private static partial Regex EnvironmentVariable { get; }

    public static IEnumerable<string> StringsAreStrings(Cluster cluster)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(cluster.Yaml));
        foreach (var document in stream.Documents.Select(document => (YamlMappingNode)document.RootNode))
        {
            var name = $"{document["kind"]} {document["metadata"]["name"]}";
            foreach (var (path, value) in StringsUnder(document, "").Where(it => it.Value.Style == ScalarStyle.Plain && NotAString.IsMatch(it.Value.Value ?? "")))
                yield return $"{name}: {path} must be a string, and {value.Value} is none; quote it";
        }
    }

    private static IEnumerable<(string Path, YamlScalarNode Value)> StringsUnder(YamlNode node, string path)
    {
        if (node is YamlSequenceNode list) return list.Children.SelectMany((child, index) => StringsUnder(child, $"{path}[{index}]"));
        if (node is not YamlMappingNode map) return [];
        return map.Children.SelectMany(pair =>
        {
            var key = ((YamlScalarNode)pair.Key).Value!;
            var here = $"{path}.{key}".TrimStart('.');
            if (pair.Value is YamlMappingNode strings && (StringMaps.Contains(key) || here == "data" || here.EndsWith("].metadata", StringComparison.Ordinal)))
                return strings.Children.Where(entry => entry.Value is YamlScalarNode).Select(entry => ($"{here}.{entry.Key}", (YamlScalarNode)entry.Value));
            if (pair.Value is YamlSequenceNode items && StringLists.Contains(key))
                return items.Children.Select((item, index) => ($"{here}[{index}]", (YamlScalarNode)item));
            if (pair.Value is YamlScalarNode variable && key == "value" && EnvironmentVariable.IsMatch(path)) return [(here, variable)];
            return StringsUnder(pair.Value, here);
        });
    }
}
