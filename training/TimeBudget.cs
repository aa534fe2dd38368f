namespace Driftline.Training;

/// <summary>
/// Divides the time that is left among the runs that have not begun, by weight: what a run does not use falls to the later ones. A run takes some time beside its part
/// (reading, measuring); as much as the runs of its kind before it did is kept free for each that is to come. Safe on any thread.
/// </summary>
/// <param name="jobs">Runs at a time.</param>
/// <param name="runs">The kind and weight of each.</param>
/// <param name="besides">Seconds that a run is expected to take beside its part until one of its kind has told, or as much as runs of other kinds took where that is less.</param>
internal sealed class TimeBudget(int jobs, IReadOnlyCollection<(string Kind, double Weight)> runs, double besides)
{
    private readonly Lock _lock = new();
    private readonly List<(string Kind, double Seconds)> _besides = [];
    private readonly List<Part> _running = [];
    private readonly List<(string Kind, double Weight)> _waiting = [.. runs];

    /// <summary>A run's part.</summary>
    /// <param name="Kind">Of the run.</param>
    /// <param name="Seconds">0 where there is no time for it.</param>
    /// <param name="LeftAfter">Seconds that should be left of the whole when it is over.</param>
    public sealed record Part(string Kind, double Seconds, double LeftAfter);

    /// <summary>A run begins.</summary>
    /// <param name="left">Seconds of the whole.</param>
    /// <param name="run">One of those that have not begun.</param>
    /// <param name="most">Seconds that it can use.</param>
    public Part Begin(double left, (string Kind, double Weight) run, double most = double.MaxValue)
    {
        lock (_lock)
        {
            var its = Besides(run.Kind);
            var free = jobs * left - _running.Sum(other => Math.Max(0, left - other.LeftAfter)) - _waiting.Sum(other => Besides(other.Kind));
            var seconds = Math.Max(0, Math.Min(most, Math.Min(left - its, free * run.Weight / _waiting.Sum(other => other.Weight))));
            _waiting.Remove(run);
            var part = new Part(run.Kind, seconds, left - seconds - its);
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
            if (part.Seconds > 0 && took >= part.Seconds) _besides.Add((part.Kind, took - part.Seconds)); // one that stopped before, or was not begun, does not tell
        }
    }

    private double Besides(string kind)
    {
        var told = _besides.Where(one => one.Kind == kind).ToArray();
        return told.Length > 0 ? told.Average(one => one.Seconds) : Math.Min(besides, _besides.Select(one => one.Seconds).DefaultIfEmpty(besides).Average());
    }
}
