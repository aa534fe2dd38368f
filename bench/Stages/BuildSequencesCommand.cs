using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Driftline.Local;

namespace Driftline.Bench.Stages;

/// <summary>
/// <c>build-sequences</c>: the feature-builder alone drains a topic that was filled before. Measured from when a fifth is done, for the first seconds compile code.
/// </summary>
internal sealed partial class BuildSequencesCommand(int events, int users, string? json)
{
    private const int Partitions = 48;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromSeconds(30);

    public async Task<int> ExecuteAsync(CancellationToken stopping)
    {
        await using var run = await StageRun.StartAsync(LocalService.FeatureBuilder, Partitions, FillAsync, stopping);
        var (first, started) = await DoneAsync(run, events / 5, stopping);
        var before = await run.CostsAsync(stopping);
        var (last, ended) = await DoneAsync(run, events, stopping);
        var after = await run.CostsAsync(stopping);
        await StageReport.Of("build-sequences", last - first, Stopwatch.GetElapsedTime(started, ended).TotalSeconds, null, before, after).SaveAsync(json, stopping);
        return 0;
    }

    private async Task FillAsync(Stack stack)
    {
        using var fill = new TopicFill(stack);
        await fill.EventsAsync(events, users, Partitions);
    }

    /// <summary>Waits until so many events are done.</summary>
    /// <returns>How many are, and when that was so.</returns>
    private static async Task<(long Events, long At)> DoneAsync(StageRun run, long wanted, CancellationToken stopping)
    {
        var (done, moved) = (-1L, Stopwatch.GetTimestamp());
        while (true)
        {
            var metrics = await run.Http.GetStringAsync(new Uri(run.Url, "/metrics"), stopping);
            var now = Consumed().Matches(metrics).Sum(match => long.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
            if (now != done) (done, moved) = (now, Stopwatch.GetTimestamp());
            if (done >= wanted) return (done, moved);
            if (Stopwatch.GetElapsedTime(moved) > Patience) throw new TimeoutException($"The feature-builder stopped at {done} of {wanted} events; logs: {run.Stack.RunFolder}");
            await Task.Delay(Look, stopping);
        }
    }

    [GeneratedRegex("""^messaging_client_consumed_messages_total\{[^}]*storefront\.events[^}]*\} (?<value>[0-9]+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Consumed();
}
