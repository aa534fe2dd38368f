namespace Driftline.Recommender.Retrieval;

/// <summary>
/// What costs a sort to make: where what it is made from has changed, it is made anew at most every second, beside the answers. Whoever would get one that is older than
/// ten seconds, or the first, waits for it.
/// </summary>
/// <param name="none">Stands for it until it is first made.</param>
/// <param name="make">Called by one thread at a time.</param>
internal sealed class Remade<T>(TimeProvider time, T none, Func<T> make)
    where T : class
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1), MostStale = TimeSpan.FromSeconds(10);

    private readonly Lock _making = new();
    private volatile T? _value;
    private long _changes, _made; // changes now, and before it was made
    private long _madeAt;
    private int _beside; // 1 while one is made beside the answers

    /// <summary>What it is made from has changed.</summary>
    public void Changed() => Interlocked.Increment(ref _changes);

    public T Value
    {
        get
        {
            if (!IsOlderThan(Every)) return _value ?? none;
            if (IsOlderThan(MostStale)) Make(MostStale);
            else if (Interlocked.Exchange(ref _beside, 1) == 0) _ = Task.Run(MakeBeside);
            return _value ?? none;
        }
    }

    private bool IsOlderThan(TimeSpan age) =>
        Volatile.Read(ref _changes) != Volatile.Read(ref _made) && (_value is null || time.GetElapsedTime(Volatile.Read(ref _madeAt)) >= age);

    private void MakeBeside()
    {
        try
        {
            Make(Every);
        }
        finally
        {
            Volatile.Write(ref _beside, 0);
        }
    }

    private void Make(TimeSpan olderThan)
    {
        lock (_making)
        {
            if (!IsOlderThan(olderThan)) return; // made while this waited
            var (now, changes) = (time.GetTimestamp(), Volatile.Read(ref _changes));
            _value = make();
            Volatile.Write(ref _madeAt, now); // after it: whoever waits for one waits for this one
            Volatile.Write(ref _made, changes);
        }
    }
}
