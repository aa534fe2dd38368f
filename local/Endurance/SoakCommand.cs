using System.Globalization;
using System.Text.Json;
using Driftline.Audit;
using Driftline.Local.Chaos;

namespace Driftline.Local.Endurance;

internal sealed record SoakOptions
{
    public required double Minutes { get; init; }

    /// <summary>Events per second: about half of what the machine sustains.</summary>
    public required double Rate { get; init; }
}

/// <summary>
/// <c>soak</c>: a steady load for a long time. The first third fills what is bounded (sequences, histories, caches); from then on nothing may grow: memory,
/// managed and native and of Redis, handles, threads, latency. The audit of <c>chaos</c> then looks whether anything was lost.
/// </summary>
internal sealed class SoakCommand(SoakOptions options)
{
    private const int Lanes = 4;
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Bounds that a run of half an hour reaches in its first third; the usual ones take hours.</summary>
    private static readonly Dictionary<string, string> SmallBounds = new()
    {
        ["Ingestor__DuplicateWindowEvents"] = "20000",
        ["FeatureBuilder__Sequence__MaxPurchasedItems"] = "50",
    };

    public async Task<int> ExecuteAsync(CancellationToken stopping)
    {
        await using var pipeline = await Pipeline.StartAsync(new StackOptions { Settings = SmallBounds }, Show, stopping);
        await using var auditor = await Auditor.StartAsync(pipeline.Stack.BootstrapServers, pipeline.Stack.RedisConnectionString, TimeProvider.System);
        Show($"{options.Rate:N0} events/s for {options.Minutes:0.##} minutes; logs: {pipeline.Stack.RunFolder}");
        var input = Path.Combine(pipeline.Stack.RunFolder, "input.jsonl");
        await using var samples = await ProcessSamples.StartAsync(pipeline.Stack, SampleEvery);
        using var recorder = new InputRecorder(input, TimeProvider.System);
        using var lanes = new EventLanes(
            pipeline.Stack[LocalService.Ingestor.Name], recorder, [.. Enumerable.Range(0, Lanes).Select(lane => new EventStream(1, lane, pipeline.Items, TimeProvider.System, steady: true))], options.Rate);
        var length = TimeSpan.FromMinutes(options.Minutes);
        await EventLanes.BoundedAsync(length, enough => lanes.RunAsync(length, enough), Show, stopping);
        recorder.Dispose();
        var figures = Compare(samples.All);
        Show("| process | figure | before | after | |\n|---|---|---:|---:|---|");
        foreach (var one in figures) Show(string.Create(CultureInfo.InvariantCulture, $"| {one.Process} | {one.Figure} | {one.Before:N1} | {one.After:N1} | {(one.Grew ? "grew" : "")} |"));
        var verdict = await auditor.SettleAsync(input, Patience, new Progress<int>(), stopping);
        foreach (var example in verdict.Examples) Show(example);
        var grew = figures.Count(one => one.Grew);
        Console.WriteLine(JsonSerializer.Serialize(new SoakReport(options.Minutes, options.Rate, lanes.Answered, verdict.Total, grew, pipeline.Stack.Restarts, figures), EnduranceJson.Default.SoakReport));
        return figures.Count > 0 && grew == 0 && verdict.Total == 0 && pipeline.Stack.Restarts == 0 ? 0 : 1; // a service that was started again begins small
    }

    /// <summary>Medians of the second third and of the last sixth.</summary>
    private static List<Growth> Compare(IReadOnlyDictionary<string, IReadOnlyList<ProcessSample>> samples) =>
    [
        .. samples.SelectMany(process => new[]
        {
            Of(process, "resident, MiB", sample => sample.ResidentMiB, 1.1, 32),
            Of(process, "managed (Redis: data), MiB", sample => sample.ManagedMiB, 1.1, process.Key == "redis" ? 1 : 16),
            Of(process, "handles", sample => sample.Handles, 1, 16),
            Of(process, "threads", sample => sample.Threads, 1, 8),
            Of(process, "latency, ms", sample => sample.LatencyMs, 1.5, 20),
        }).Where(one => one.Before > 0),
    ];

    /// <param name="factor">Growth up to this factor, and <paramref name="slack"/> beyond it, is noise.</param>
    private static Growth Of(KeyValuePair<string, IReadOnlyList<ProcessSample>> process, string figure, Func<ProcessSample, double> value, double factor, double slack)
    {
        var all = process.Value;
        var before = Median(all.Skip(all.Count / 3).Take(all.Count / 3).Select(value));
        var after = Median(all.Skip(all.Count * 5 / 6).Select(value));
        return new Growth(process.Key, figure, Math.Round(before, 1), Math.Round(after, 1), after > (before * factor) + slack);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is { Count: > 0 } sorted ? sorted[sorted.Count / 2] : 0;

    private static void Show(string line) => Console.WriteLine(line);
}
