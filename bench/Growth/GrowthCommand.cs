using System.Globalization;
using System.Text;
using Driftline.Bench.EndToEnd;
using Driftline.Local;
using Driftline.Training;

namespace Driftline.Bench.Growth;

/// <summary>
/// <c>growth</c>: what an event costs, and how long it takes to show, as shoppers, items and replicas grow. One thing grows at a time, each run has a
/// pipeline of its own. Replicas share the machine's cores, so their curves say what a replica costs and not what further machines would bring.
/// </summary>
internal sealed class GrowthCommand(string folder)
{
    private const int Shoppers = 1_000;
    private const double Rate = 200, BusyRate = 2_000, Seconds = 15, WarmUpSeconds = 20;
    private const int Batch = 100;
    private static readonly int[] Factors = [1, 10, 100];
    private static readonly int[] Replicas = [1, 2, 4];

    private sealed record Curve(string Name, string File, string Axis, IReadOnlyList<(double X, E2eOptions Options)> Points);

    public async Task<int> RunAsync(CancellationToken stopping)
    {
        Directory.CreateDirectory(folder);
        var measured = new Dictionary<E2eOptions, E2eReport>();
        var page = new StringBuilder("# Cost of growth\n\nMade by `dotnet run -c Release --project bench -- growth`.\n");
        var curves = Curves();
        var points = curves.SelectMany(curve => curve.Points.Select(point => point.Options)).Distinct().ToList();
        foreach (var options in points)
        {
            Console.WriteLine($"{measured.Count + 1} of {points.Count}");
            measured[options] = await E2eCommand.MeasureAsync(options, Console.WriteLine, stopping);
        }

        foreach (var curve in curves)
        {
            var reports = curve.Points.Select(point => (point.X, Report: measured[point.Options])).ToList();
            double[] x = [.. reports.Select(report => report.X)];
            Plots.Lines(
                Path.Combine(folder, curve.File + ".png"),
                [.. reports[0].Report.CpuSecondsPerMillionEvents.Keys.Where(part => part != "generator")
                    .Select(part => new Series(part, x, [.. reports.Select(report => report.Report.CpuSecondsPerMillionEvents[part])]))],
                curve.Axis, "CPU microseconds an event", curve.Name, logX: true);
            page.Append(CultureInfo.InvariantCulture, $"\n## {curve.Name}\n\n![CPU an event]({curve.File}.png)\n\n{Table(curve, reports)}");
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "growth.md"), page.ToString(), stopping);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "growth.json"),
            "[\n" + string.Join(",\n", points.Select(options => measured[options].ToJson())) + "\n]\n", stopping);
        return measured.Values.All(report => report.Lost == 0) ? 0 : 1;
    }

    private static List<Curve> Curves()
    {
        var small = new E2eOptions { Rate = Rate, Seconds = Seconds, WarmUpSeconds = WarmUpSeconds, Users = Shoppers, Seed = 1 };
        var busy = small with { Rate = BusyRate, Batch = Batch, Users = 10 * Shoppers };
        return
        [
            new("Shoppers", "growth-shoppers", "shoppers", [.. Factors.Select(factor => ((double)factor * Shoppers, small with { Users = factor * Shoppers }))]),
            new("Items", "growth-items", "times the demo's 3,000 items", [.. Factors.Select(factor => ((double)factor, small with { Catalogues = factor }))]),
            .. LocalService.All.Select(service => new Curve(
                $"Replicas of the {service.Name}", $"growth-{service.Name}", "replicas",
                [.. Replicas.Select(n => ((double)n, n == 1 ? busy : busy with { Replicas = new Dictionary<LocalService, int> { [service] = n } }))])),
        ];
    }

    private static string Table(Curve curve, List<(double X, E2eReport Report)> reports)
    {
        var parts = reports[0].Report.CpuSecondsPerMillionEvents.Keys.ToArray();
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"| {curve.Axis} | events/s | shoppers seen | 202, ms: p50, p99 | freshness, ms: p50, p99 | {string.Join(" | ", parts)} | MiB of all |\n");
        table.Append("|---:|---:|---:|---:|---:|").Insert(table.Length, "---:|", parts.Length + 1).Append('\n');
        foreach (var (x, report) in reports)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {x:N0} | {report.Sustained:N0} of {report.Rate:N0} | {report.UsersSeen:N0} | {report.AckMs.P50:N1}, {report.AckMs.P99:N1} | {report.FreshnessMs.P50:N1}, {report.FreshnessMs.P99:N1} ");
            foreach (var part in parts) table.Append(CultureInfo.InvariantCulture, $"| {report.CpuSecondsPerMillionEvents[part]:N0} ");
            table.Append(CultureInfo.InvariantCulture, $"| {report.ResidentMiB.Where(part => part.Key != "generator").Sum(part => part.Value):N0} |\n");
        }

        return table.Append("\nCPU in microseconds an event, each part's replicas together.\n").ToString();
    }
}
