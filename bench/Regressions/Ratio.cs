using System.Diagnostics;

namespace Driftline.Bench.Regressions;

/// <summary>
/// The time of what is ours over the time of a yardstick that does the same, or the least that it could do, in the same process: what a slower or a busy machine
/// does to one it does to the other. Larger is worse.
/// </summary>
/// <param name="Ours">One operation.</param>
/// <param name="Yardstick">One operation.</param>
internal sealed record Ratio(string Name, Action Ours, Action Yardstick)
{
    private const int Rounds = 60;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(3), WarmUp = TimeSpan.FromMilliseconds(300);

    /// <summary>Both take turns in short slices, and of each the fastest slice counts: neighbours can only slow a slice down.</summary>
    public double Measure()
    {
        var (ours, yardstick) = (Calls(Ours), Calls(Yardstick));
        var (fastest, fastestYardstick) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            fastest = Math.Min(fastest, SecondsEach(Ours, ours));
            fastestYardstick = Math.Min(fastestYardstick, SecondsEach(Yardstick, yardstick));
        }

        return fastest / fastestYardstick;
    }

    /// <summary>How many calls make a slice, found while the code is being compiled for good.</summary>
    private static int Calls(Action operation)
    {
        var started = Stopwatch.GetTimestamp();
        var calls = 0;
        for (; Stopwatch.GetElapsedTime(started) < WarmUp; calls++) operation();
        return (int)Math.Max(1, calls * (Slice / WarmUp));
    }

    private static double SecondsEach(Action operation, int calls)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++) operation();
        return Stopwatch.GetElapsedTime(started).TotalSeconds / calls;
    }
}
