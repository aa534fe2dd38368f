using HdrHistogram;

namespace Driftline.Bench.EndToEnd;

/// <summary>A histogram of waits with three significant digits, from a microsecond to ten minutes. Not thread-safe.</summary>
internal sealed class Latencies
{
    private const long LargestMicroseconds = 600_000_000;

    private readonly LongHistogram _histogram = new(LargestMicroseconds, 3);

    /// <param name="seconds">A wait; one that ended before it was asked for is none.</param>
    public void Add(double seconds) => _histogram.RecordValue(Math.Clamp((long)(seconds * 1e6), 1, LargestMicroseconds));

    public void Reset() => _histogram.Reset();

    /// <summary>In milliseconds.</summary>
    public Percentiles Percentiles() => new(At(50), At(90), At(99), At(99.9), _histogram.TotalCount);

    private double At(double percentile) => Math.Round(_histogram.GetValueAtPercentile(percentile) / 1e3, 2);
}

/// <summary>Percentiles of waits in milliseconds.</summary>
/// <param name="Samples">How many waits.</param>
internal sealed record Percentiles(double P50, double P90, double P99, double P999, long Samples);
