using System.Diagnostics;
using System.Globalization;
using Driftline.Bench.EndToEnd;
using Driftline.Local;

namespace Driftline.Bench.Stages;

/// <summary>
/// <c>start</c>: how long a recommender needs to be ready beside a filled <c>storefront.events</c>, of which it reads the newest for trending, and what
/// each event that it reads costs it: the difference to one that reads a single event.
/// </summary>
internal static class StartCommand
{
    private const int Partitions = 48, Users = 50_000;

    public static async Task<int> ExecuteAsync(int events, CancellationToken stopping)
    {
        var (one, all) = (await ReadyAsync(events, 1, stopping), await ReadyAsync(events, events, stopping));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready after {one.Seconds:F1} s with the newest event, {all.Seconds:F1} s with {events:N0} events; {1e6 * PerEvent(events, one.Cpu, all.Cpu):F2} us of CPU an event"));
        return 0;
    }

    /// <summary>CPU seconds of a recommender for an event that it reads for trending.</summary>
    public static async Task<double> SecondsPerEventAsync(int events, CancellationToken stopping) =>
        PerEvent(events, (await ReadyAsync(events, 1, stopping)).Cpu, (await ReadyAsync(events, events, stopping)).Cpu);

    private static double PerEvent(int events, double one, double all) => Math.Max(0, all - one) / events;

    private static async Task<(double Seconds, double Cpu)> ReadyAsync(int events, int newest, CancellationToken stopping)
    {
        await using var stack = await Stack.StartAsync(
            new StackOptions { Partitions = Partitions, Settings = new Dictionary<string, string> { ["Recommender__TrendingEvents"] = newest.ToString(CultureInfo.InvariantCulture) } },
            Console.Error.WriteLine, stopping);
        using (var fill = new TopicFill(stack)) await fill.EventsAsync(events, Users, Partitions);
        var started = Stopwatch.GetTimestamp();
        await stack.StartServiceAsync(LocalService.Recommender, stopping);
        await stack.WaitUntilReadyAsync(stopping);
        CostMeter.RequireNoRestart(stack);
        using var process = Process.GetProcessById(stack.ProcessIdOf(LocalService.Recommender.Name));
        return (Stopwatch.GetElapsedTime(started).TotalSeconds, process.TotalProcessorTime.TotalSeconds);
    }
}
