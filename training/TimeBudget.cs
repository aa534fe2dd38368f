namespace Driftline.Training;

/// <summary>Divides the time that is left among the runs that are not over, by weight: what a run does not use falls to the later ones. Safe on any thread.</summary>
/// <param name="jobs">Runs at a time.</param>
/// <param name="weights">Of all runs.</param>
internal sealed class TimeBudget(int jobs, IEnumerable<double> weights)
{
    private readonly Lock _lock = new();
    private double _open = weights.Sum();

    /// <summary>A run's part of what is left, never more than all of it.</summary>
    /// <param name="left">Seconds.</param>
    /// <param name="weight">The run's, not <see cref="Close"/>d yet.</param>
    public double Of(double left, double weight)
    {
        lock (_lock) return left * Math.Min(1, jobs * weight / _open);
    }

    /// <summary>A run is over.</summary>
    public void Close(double weight)
    {
        lock (_lock) _open -= weight;
    }
}
