using System.Text.Encodings.Web;
using System.Text.Json;

namespace Driftline.Local.Dashboards;

/// <summary>deploy/grafana/dashboards, made from <see cref="All"/> by <c>local -- dashboards</c>.</summary>
public static class DashboardFiles
{
    private static readonly IReadOnlyList<Dashboard> All =
        [Overview.Dashboard, Kafka.Dashboard, Predictor.Dashboard, Recommendations.Dashboard, ModelHealth.Dashboard, Rejects.Dashboard, OneService.Dashboard];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Where the files are kept.</summary>
    public static string Folder => Path.Combine(Repository.Root, "deploy", "grafana", "dashboards");

    /// <summary>File name and content of each dashboard.</summary>
    public static IEnumerable<(string File, string Json)> Make() => All.Select(dashboard => ($"{dashboard.Name}.json", DashboardJson.Of(dashboard)));

    /// <summary>The charts of the console's operations page: the overview's, but for what only Grafana draws.</summary>
    public static string OperationsFile => Path.Combine(Repository.Root, "services", "recommender", "wwwroot", "operations.json");

    /// <summary>Content of <see cref="OperationsFile"/>.</summary>
    public static string MakeOperations() => JsonSerializer.Serialize(
        Overview.Dashboard.Rows.SelectMany(row => row.Panels.Where(panel => panel.Kind != PanelKind.Heatmap).Select(panel => new
        {
            row = row.Title,
            title = panel.Title,
            unit = panel.Unit,
            description = panel.Description,
            warn = panel.Thresholds?.Warn,
            bad = panel.Thresholds?.Bad,
            queries = panel.Queries.Select(query => new { expression = query.Expression, legend = query.Legend }),
        })), Indented) + "\n";

    internal static int Write()
    {
        File.WriteAllText(OperationsFile, MakeOperations());
        Directory.CreateDirectory(Folder);
        foreach (var (file, json) in Make()) File.WriteAllText(Path.Combine(Folder, file), json);
        Console.WriteLine($"{All.Count} dashboards with {All.Sum(dashboard => dashboard.Rows.Sum(row => row.Panels.Length))} panels written to {Folder}");
        return 0;
    }
}
