using System.Globalization;
using System.Text.Json;
using Driftline.Bench.EndToEnd;
using Driftline.Local;

namespace Driftline.Bench.Peer;

/// <summary>What both came to.</summary>
internal sealed record PeerReport(E2eReport Driftline, E2eReport Peer, PeerModel Model);

/// <summary>
/// <c>peer</c>: the load of <c>e2e</c> on Driftline and on the peer in Python, one after the other in one run: same topics, weights and requests, side by side.
/// </summary>
/// <param name="load">What both get.</param>
internal sealed class PeerCommand(E2eOptions load)
{
    /// <summary>What is not a stage: what the load itself, the broker and Redis use.</summary>
    private static readonly string[] Around = ["generator", "broker", "redis"];

    public async Task<int> ExecuteAsync(CancellationToken stopping)
    {
        var cache = DemoModel.CacheFolder(Environment.GetEnvironmentVariable("DRIFTLINE_CACHE"));
        var artifact = await DemoModel.TrainedOnAsync((await ReplayData.OpenAsync(new RunOptions { Seed = 1, Events = 1 }, cache, DateTimeOffset.UtcNow, stopping)).Folder, cache, stopping);
        var model = await PeerModel.MeasureAsync(artifact, stopping);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The same network: largest difference {model.LargestDifference:G2}. Driftline:"));
        var ours = await E2eCommand.MeasureAsync(load, Console.WriteLine, stopping);
        Console.WriteLine("The peer:");
        var theirs = await E2eCommand.MeasureAsync(load with { Peer = true }, Console.WriteLine, stopping);
        Print(model, ours, theirs);
        if (load.Json is { } file) await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new PeerReport(ours, theirs, model), E2eReportJson.Default.PeerReport) + "\n", stopping);
        if (theirs.Lost > 0) Console.Error.WriteLine("The peer lost events: the two did not do the same work.");
        return ours.Lost == 0 && theirs.Lost == 0 ? 0 : 1;
    }

    private static void Print(PeerModel model, E2eReport ours, E2eReport theirs)
    {
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ours.Rate:N0} events/s offered to each for {ours.Seconds:N0} s, on {ours.Machine}"));
        Console.WriteLine();
        Console.WriteLine("| | Driftline | peer in Python | ratio |");
        Console.WriteLine("|---|---:|---:|---:|");
        Row("sustained, events/s", ours.Sustained, theirs.Sustained);
        Row("lost", ours.Lost, theirs.Lost, ratio: false);
        Row("events per CPU second of the four stages", 1e6 / Stages(ours), 1e6 / Stages(theirs));
        foreach (var stage in LocalService.All) Row($"CPU s a million events: {stage.Name}", ours.CpuSecondsPerMillionEvents[stage.Name], theirs.CpuSecondsPerMillionEvents[stage.Name]);
        foreach (var part in Around) Row($"CPU s a million events: {part}", ours.CpuSecondsPerMillionEvents[part], theirs.CpuSecondsPerMillionEvents[part]);
        Row("202, ms: median", ours.AckMs.P50, theirs.AckMs.P50);
        Row("202, ms: 99 %", ours.AckMs.P99, theirs.AckMs.P99);
        Row("freshness, ms: median", ours.FreshnessMs.P50, theirs.FreshnessMs.P50);
        Row("freshness, ms: 99 %", ours.FreshnessMs.P99, theirs.FreshnessMs.P99);
        foreach (var stage in LocalService.All) Row($"resident MiB: {stage.Name}", ours.ResidentMiB[stage.Name], theirs.ResidentMiB[stage.Name]);
        Row("a prediction of whole sequences, us a user", model.Microseconds, model.PeerMicroseconds);
    }

    private static double Stages(E2eReport report) => LocalService.All.Sum(stage => report.CpuSecondsPerMillionEvents[stage.Name]);

    private static void Row(string what, double? ours, double? theirs, bool ratio = true)
    {
        var quotient = ratio && theirs is > 0 ? (ours / theirs)?.ToString("0.000", CultureInfo.InvariantCulture) : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {ours:#,0.##} | {theirs:#,0.##} | {quotient} |"));
    }
}
