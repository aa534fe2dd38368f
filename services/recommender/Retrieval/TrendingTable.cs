using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;
using driftline.events;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Retrieval;

/// <param name="Weight">Weighted actions, each halved with every half-life of its age at the newest event.</param>
internal readonly record struct TrendingItem(string ItemId, double Weight);

/// <summary>What was trending when it was computed, best first.</summary>
/// <param name="NewestEventTime">Null before the first event.</param>
internal sealed record TrendingRanking(ImmutableArray<TrendingItem> Items, DateTimeOffset? NewestEventTime, DateTimeOffset? NewestReceivedAt)
{
    public static readonly TrendingRanking Empty = new([], null, null);
}

/// <summary>
/// Decayed popularity from <c>storefront.events</c>, of which every replica reads the newest before it is ready, and all that follows. A purchase weighs 3, a cart 2, a click or a review 1;
/// an impression, which the shop caused, nothing. Event time counts, so a replay of old events trends as those days did. An event id that a user
/// sent lately is not counted again.
/// </summary>
internal sealed class TrendingTable(IOptions<RecommenderOptions> options, TimeProvider time) : ITable<StorefrontEvent>
{
    private const int RememberedEvents = 100_000;

    /// <summary>Ranking costs a sort, so that it is done so often at most, beside the answers; one that would be older than the second waits for it.</summary>
    private static readonly TimeSpan RankEvery = TimeSpan.FromSeconds(1), MostStale = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly DecayedCounts _counts = new(options.Value.TrendingHalfLife);
    private readonly HashSet<ulong> _seen = [];
    private readonly Queue<ulong> _seenInOrder = new();
    private long _newestEventTime = long.MinValue;
    private long _newestReceivedAt = long.MinValue;
    private long _counted, _ranked; // events, now and in the ranking
    private long _rankedAt;
    private int _ranks; // 1 while one sorts beside the answers
    private readonly Lock _waits = new();
    private volatile TrendingRanking _ranking = TrendingRanking.Empty;

    public void Apply(Received<StorefrontEvent> record)
    {
        if (record.Value is not { } happened) return;
        var (weight, items) = Weigh(happened.payload);
        if (weight == 0 || !EventTimes.AreSound(happened, time)) return;
        lock (_lock)
        {
            if (!Remember(happened)) return;
            foreach (var itemId in items.Select(item => item.itemId).Where(id => id.Length > 0).Distinct(StringComparer.Ordinal))
                _counts.Add(itemId, weight, happened.eventTime);
            _newestEventTime = Math.Max(_newestEventTime, happened.eventTime);
            _newestReceivedAt = Math.Max(_newestReceivedAt, happened.receivedAt);
            _counts.Trim(options.Value.TrendingMaxItems);
            Interlocked.Increment(ref _counted);
        }
    }

    /// <summary>What was ranked last; sorts anew beside the answers where that is no more so.</summary>
    public TrendingRanking Ranking()
    {
        if (!IsOlderThan(RankEvery)) return _ranking;
        if (IsOlderThan(MostStale))
        {
            lock (_waits)
            {
                if (IsOlderThan(MostStale)) Rank();
            }
        }
        else if (Interlocked.Exchange(ref _ranks, 1) == 0)
        {
            _ = Task.Run(() =>
            {
                try
                {
                    if (IsOlderThan(RankEvery)) Rank();
                }
                finally
                {
                    Volatile.Write(ref _ranks, 0);
                }
            });
        }

        return _ranking;
    }

    private bool IsOlderThan(TimeSpan age) =>
        Volatile.Read(ref _counted) != Volatile.Read(ref _ranked) && (_ranking == TrendingRanking.Empty || time.GetElapsedTime(Volatile.Read(ref _rankedAt)) >= age);

    private void Rank()
    {
        CopiedCounts counts;
        var (now, counted) = (time.GetTimestamp(), 0L);
        lock (_lock)
        {
            counted = _counted;
            counts = new CopiedCounts(_counts.Copy(), _newestEventTime, _newestReceivedAt);
        }

        _ranking = Rank(counts);
        Volatile.Write(ref _rankedAt, now); // after it: whoever waits for a ranking waits for this one
        Volatile.Write(ref _ranked, counted);
    }

    private TrendingRanking Rank(CopiedCounts copy) => new(
        [.. DecayedCounts.Ranked(copy.Counts).Select(count => new TrendingItem(count.ItemId, count.WeightAt(copy.NewestEventTime, options.Value.TrendingHalfLife)))],
        DateTimeOffset.FromUnixTimeMilliseconds(copy.NewestEventTime), DateTimeOffset.FromUnixTimeMilliseconds(copy.NewestReceivedAt));

    private static (double Weight, IList<EventItem> Items) Weigh(object payload) => payload switch
    {
        Purchase purchase => (3, purchase.items),
        AddToCart cart => (2, cart.items),
        Click click => (1, click.items),
        Review review => (1, review.items),
        _ => (0, []),
    };

    private bool Remember(StorefrontEvent happened)
    {
        var hash = XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(happened.userId + '\0' + happened.eventId));
        if (!_seen.Add(hash)) return false;
        _seenInOrder.Enqueue(hash);
        if (_seenInOrder.Count > RememberedEvents) _seen.Remove(_seenInOrder.Dequeue());
        return true;
    }

    private sealed record CopiedCounts(DecayedCount[] Counts, long NewestEventTime, long NewestReceivedAt);
}
