namespace Driftline.Recommender.Retrieval;

/// <param name="Log2AtEpoch">Base-2 logarithm of the weight decayed to the Unix epoch: larger trends more, at whatever time one looks.</param>
internal readonly record struct DecayedCount(string ItemId, double Log2AtEpoch)
{
    /// <summary>The weight as of a time in milliseconds since the Unix epoch.</summary>
    public double WeightAt(long milliseconds, TimeSpan halfLife) => Math.Pow(2, Log2AtEpoch - milliseconds / halfLife.TotalMilliseconds);
}

/// <summary>
/// Exponentially decayed counts: after each half-life an action counts half. All counts decay alike, so their order does not change with time
/// and is kept as logarithms at one fixed time, where no weight, however old, can underflow or overflow. Events may come in any order. Not thread-safe.
/// </summary>
internal sealed class DecayedCounts(TimeSpan halfLife)
{
    private readonly Dictionary<string, double> _log2AtEpoch = new(StringComparer.Ordinal);

    public int Count => _log2AtEpoch.Count;

    /// <param name="eventTime">Milliseconds since the Unix epoch.</param>
    public void Add(string itemId, double weight, long eventTime)
    {
        var added = Math.Log2(weight) + eventTime / halfLife.TotalMilliseconds;
        _log2AtEpoch[itemId] = _log2AtEpoch.TryGetValue(itemId, out var old) ? Log2OfSum(old, added) : added;
    }

    /// <summary>A copy, in no order.</summary>
    public DecayedCount[] Copy() => [.. _log2AtEpoch.Select(count => new DecayedCount(count.Key, count.Value))];

    /// <summary>Most trending first; ties by item id (ordinal).</summary>
    public static IEnumerable<DecayedCount> Ranked(IEnumerable<DecayedCount> counts) =>
        counts.OrderByDescending(count => count.Log2AtEpoch).ThenBy(count => count.ItemId, StringComparer.Ordinal);

    /// <summary>Forgets the least trending tenth once there are more than <paramref name="most"/>, so that forgetting is rare.</summary>
    public void Trim(int most)
    {
        if (_log2AtEpoch.Count <= most) return;
        foreach (var count in Ranked(Copy()).Skip(most - most / 10)) _log2AtEpoch.Remove(count.ItemId);
    }

    /// <summary>log2(2^a + 2^b) without leaving the logarithms.</summary>
    private static double Log2OfSum(double a, double b)
    {
        var (larger, smaller) = a >= b ? (a, b) : (b, a);
        return larger + Math.Log2(1 + Math.Pow(2, smaller - larger));
    }
}
