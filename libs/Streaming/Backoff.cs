namespace Driftline.Streaming;

/// <summary>Doubling waits with full jitter's lower half kept, so that replicas do not come back in step and none comes back at once.</summary>
internal sealed class Backoff(ConsumerLoopOptions options, Random random)
{
    private int _failures;

    public void Reset() => _failures = 0;

    public TimeSpan Next()
    {
        var ceiling = Math.Min(options.MaxBackoff.TotalMilliseconds, options.MinBackoff.TotalMilliseconds * Math.Pow(2, Math.Min(_failures++, 30)));
        return TimeSpan.FromMilliseconds(ceiling * (0.5 + random.NextDouble() / 2));
    }
}
