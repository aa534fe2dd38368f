using System.Text.RegularExpressions;

namespace Driftline.Integration.Tests;

/// <summary>A metric as a service exposes it: name, Prometheus' type, and the labels that its series carry.</summary>
internal sealed record ScrapedMetric(string Name, string Type, IReadOnlySet<string> Labels);

/// <summary>Reads Prometheus' text format.</summary>
internal static partial class ScrapedMetrics
{
    private static readonly string[] HistogramParts = ["_bucket", "_sum", "_count"];
    private static readonly string[] Added = ["otel_scope_name", "otel_scope_version", "le"];

    public static async Task<IReadOnlyDictionary<string, ScrapedMetric>> OfAsync(Uri service)
    {
        using var http = new HttpClient();
        return Parse(await http.GetStringAsync(new Uri(service, "/metrics")));
    }

    /// <summary>The values of a metric's series, without their labels.</summary>
    public static async Task<IReadOnlyList<double>> ValuesAsync(Uri service, string name)
    {
        using var http = new HttpClient();
        return [.. (await http.GetStringAsync(new Uri(service, "/metrics"))).Split('\n').Where(line => Sample().Match(line).Groups["name"].Value == name)
            .Select(line => double.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture))];
    }

    private static Dictionary<string, ScrapedMetric> Parse(string text)
    {
        var metrics = new Dictionary<string, ScrapedMetric>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            if (line.Split(' ') is ["#", "TYPE", var name, var type]) metrics[name] = new ScrapedMetric(name, type, new HashSet<string>(StringComparer.Ordinal));
            if (Sample().Match(line) is not { Success: true } sample) continue;
            var of = sample.Groups["name"].Value;
            if (!metrics.ContainsKey(of)) of = HistogramParts.Where(part => of.EndsWith(part, StringComparison.Ordinal)).Select(part => of[..^part.Length]).First(metrics.ContainsKey);
            ((HashSet<string>)metrics[of].Labels).UnionWith(Label().Matches(sample.Groups["labels"].Value).Select(label => label.Groups[1].Value).Except(Added));
        }

        return metrics;
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? """)]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\]|\\.)*" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Label();
}
