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

    private readonly Lazy<Dictionary<string, int>> _places = new(() => Enumerable.Range(0, Items.Length).ToDictionary(place => Items[place].ItemId, StringComparer.Ordinal));

    /// <summary>Those of some items that are trending, best first.</summary>
    public IEnumerable<TrendingItem> Among(IReadOnlyCollection<string> itemIds) =>
        itemIds.Select(itemId => _places.Value.GetValueOrDefault(itemId, -1)).Where(place => place >= 0).Order().Select(place => Items[place]);
}

/// <summary>
/// Decayed popularity from <c>storefront.events</c>, of which every replica reads the newest before it is ready, and all that follows. A purchase weighs 3, a cart 2, a click or a review 1;
/// an impression, which the shop caused, nothing. Event time counts, so a replay of old events trends as those days did. An event id that a user
/// sent lately is not counted again.
/// </summary>
internal sealed class TrendingTable : ITable<StorefrontEvent>
{
    private const int RememberedEvents = 100_000;

    private readonly RecommenderOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly DecayedCounts _counts;
    private readonly HashSet<ulong> _seen = [];
    private readonly Queue<ulong> _seenInOrder = new();
    private long _newestEventTime = long.MinValue;
    private long _newestReceivedAt = long.MinValue;
    private readonly Remade<TrendingRanking> _ranking;

    public TrendingTable(IOptions<RecommenderOptions> options, TimeProvider time)
    {
        (_options, _time, _counts) = (options.Value, time, new DecayedCounts(options.Value.TrendingHalfLife));
        _ranking = new Remade<TrendingRanking>(time, TrendingRanking.Empty, Rank);
    }

    public void Apply(Received<StorefrontEvent> record)
    {
        if (record.Value is not { } happened) return;
        var (weight, items) = Weigh(happened.payload);
        if (weight == 0 || !EventTimes.AreSound(happened, _time)) return;
        lock (_lock)
        {
            if (!Remember(happened)) return;
            foreach (var itemId in items.Select(item => item.itemId).Where(id => id.Length > 0).Distinct(StringComparer.Ordinal))
                _counts.Add(itemId, weight, happened.eventTime);
            _newestEventTime = Math.Max(_newestEventTime, happened.eventTime);
            _newestReceivedAt = Math.Max(_newestReceivedAt, happened.receivedAt);
            _counts.Trim(_options.TrendingMaxItems);
        }

        _ranking.Changed();
    }

    /// <summary>What was ranked last, as <see cref="Remade{T}"/> has it.</summary>
    public TrendingRanking Ranking() => _ranking.Value;

    private TrendingRanking Rank()
    {
        DecayedCount[] counts;
        long newestEventTime, newestReceivedAt;
        lock (_lock) (counts, newestEventTime, newestReceivedAt) = (_counts.Copy(), _newestEventTime, _newestReceivedAt);
        return new TrendingRanking(
            [.. DecayedCounts.Ranked(counts).Select(count => new TrendingItem(count.ItemId, count.WeightAt(newestEventTime, _options.TrendingHalfLife)))],
            DateTimeOffset.FromUnixTimeMilliseconds(newestEventTime), DateTimeOffset.FromUnixTimeMilliseconds(newestReceivedAt));
    }

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
}
