namespace Driftline.Training;

/// <summary>
/// Divides the time that is left among the runs that have not begun, by weight: what a run does not use falls to the later ones. A run takes some time beside its part
/// (reading, measuring); as much as the runs before it did is kept free for each that is to come. Safe on any thread.
/// </summary>
/// <param name="jobs">Runs at a time.</param>
/// <param name="weights">Of all runs.</param>
/// <param name="besides">Seconds that a run is expected to take beside its part, until one has told.</param>
internal sealed class TimeBudget(int jobs, IReadOnlyCollection<double> weights, double besides)
{
    private readonly Lock _lock = new();
    private readonly List<double> _besides = [];
    private readonly List<Part> _running = [];
    private double _waiting = weights.Sum();
    private int _runs = weights.Count;

    /// <summary>A run's part.</summary>
    /// <param name="Seconds">0 where there is no time for it.</param>
    /// <param name="LeftAfter">Seconds that should be left of the whole when it is over.</param>
    public sealed record Part(double Seconds, double LeftAfter);

    /// <summary>A run begins.</summary>
    /// <param name="left">Seconds of the whole.</param>
    /// <param name="most">Seconds that it can use.</param>
    public Part Begin(double left, double weight, double most = double.MaxValue)
    {
        lock (_lock)
        {
            var each = _besides.Count > 0 ? _besides.Average() : besides;
            var free = jobs * left - _running.Sum(run => Math.Max(0, left - run.LeftAfter)) - each * _runs;
            var seconds = Math.Max(0, Math.Min(most, Math.Min(left - each, free * weight / _waiting)));
            _waiting -= weight;
            _runs--;
            var part = new Part(seconds, left - seconds - each);
            _running.Add(part);
            return part;
        }
    }

    /// <summary>It is over.</summary>
    /// <param name="took">Seconds from its beginning to its end.</param>
    public void End(Part part, double took)
    {
        lock (_lock)
        {
            _running.Remove(part);
            if (part.Seconds > 0 && took >= part.Seconds) _besides.Add(took - part.Seconds); // one that stopped before, or was not begun, does not tell
        }
    }
}
