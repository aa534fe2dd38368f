namespace Driftline.Local.Dashboards;

/// <summary>deploy/grafana/dashboards, made from <see cref="All"/> by <c>local -- dashboards</c>.</summary>
public static class DashboardFiles
{
    private static readonly IReadOnlyList<Dashboard> All =
        [Overview.Dashboard, Kafka.Dashboard, Predictor.Dashboard, Recommendations.Dashboard, ModelHealth.Dashboard, Rejects.Dashboard, OneService.Dashboard];

    /// <summary>Where the files are kept.</summary>
    public static string Folder => Path.Combine(Repository.Root, "deploy", "grafana", "dashboards");

    /// <summary>File name and content of each dashboard.</summary>
    public static IEnumerable<(string File, string Json)> Make() => All.Select(dashboard => ($"{dashboard.Name}.json", DashboardJson.Of(dashboard)));

    internal static int Write()
    {
        Directory.CreateDirectory(Folder);
        foreach (var (file, json) in Make()) File.WriteAllText(Path.Combine(Folder, file), json);
        Console.WriteLine($"{All.Count} dashboards with {All.Sum(dashboard => dashboard.Rows.Sum(row => row.Panels.Length))} panels written to {Folder}");
        return 0;
    }
}
