namespace Driftline.Training;

/// <summary>
/// Divides the time that is left among the runs that are not over, by weight: what a run does not use falls to the later ones. A run takes some time beside its part
/// (reading, measuring); as much as the runs before it did is kept free for each that is to come. Safe on any thread.
/// </summary>
/// <param name="jobs">Runs at a time.</param>
/// <param name="weights">Of all runs.</param>
/// <param name="besides">Seconds that a run is expected to take beside its part, until one has told.</param>
internal sealed class TimeBudget(int jobs, IReadOnlyCollection<double> weights, double besides)
{
    private readonly Lock _lock = new();
    private readonly List<double> _besides = [];
    private double _open = weights.Sum();
    private int _runs = weights.Count;

    /// <summary>A run's part of what is left, never more than all of it.</summary>
    /// <param name="left">Seconds.</param>
    /// <param name="weight">The run's, not <see cref="Close"/>d yet.</param>
    public double Of(double left, double weight)
    {
        lock (_lock)
        {
            var each = _besides.Count > 0 ? _besides.Average() : besides;
            return Math.Max(0, left - each * Math.Max(1, _runs / (double)jobs)) * Math.Min(1, jobs * weight / _open);
        }
    }

    /// <summary>A run is over.</summary>
    /// <param name="part">Seconds that it was given.</param>
    /// <param name="took">Seconds from its beginning to its end.</param>
    public void Close(double weight, double part, double took)
    {
        lock (_lock)
        {
            _open -= weight;
            _runs--;
            if (took >= part) _besides.Add(took - part); // one that stopped before does not tell
        }
    }
}
