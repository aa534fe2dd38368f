using Driftline.Local;

namespace Driftline.Integration.Tests;

/// <summary>One row of docs/telemetry.md.</summary>
internal sealed record DocumentedInstrument(
    string Name, string Prometheus, string Type, string Unit, IReadOnlyList<string> Labels, IReadOnlyList<string> Services, bool Always);

/// <summary>The tables of docs/telemetry.md.</summary>
internal static class DocumentedInstruments
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal) { ["s"] = "_seconds", ["By"] = "_bytes" };

    private static readonly Dictionary<string, string> Services = new(StringComparer.Ordinal)
    {
        ["I"] = LocalService.Ingestor.Name,
        ["F"] = LocalService.FeatureBuilder.Name,
        ["P"] = LocalService.Predictor.Name,
        ["R"] = LocalService.Recommender.Name,
    };

    /// <summary>What Prometheus makes of an instrument's name.</summary>
    public static string PrometheusName(string name, string type, string unit) =>
        name.Replace('.', '_') + Units.GetValueOrDefault(unit, "") + (type == "counter" ? "_total" : "");

    public static IReadOnlyList<DocumentedInstrument> Read()
    {
        var rows = new List<DocumentedInstrument>();
        var always = true;
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs", "telemetry.md")))
        {
            if (line.StartsWith("### ", StringComparison.Ordinal)) always = line != "### Only where it applies";
            if (!line.StartsWith("| `", StringComparison.Ordinal)) continue;
            var cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            rows.Add(new DocumentedInstrument(
                cells[0].Trim('`'), cells[1].Trim('`'), cells[2], cells[3],
                [.. Words(cells[4]).Select(word => word.Trim('`')).Select(word => (word[0] == '.' ? "driftline" + word : word).Replace('.', '_'))],
                [.. Words(cells[5]).Select(letter => Services[letter])], always));
        }

        return rows;
    }

    private static string[] Words(string cell) => cell.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
