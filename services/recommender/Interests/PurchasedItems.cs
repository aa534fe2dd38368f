using Driftline.Recommender.Retrieval;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Driftline.Recommender.Interests;

/// <summary>
/// What a user bought too lately to be offered it again. Reads <c>purchased:{user}</c>, which the feature-builder writes: a sorted set, member = item id,
/// score = event time of the newest purchase in milliseconds since the Unix epoch.
/// </summary>
internal sealed class PurchasedItems(IConnectionMultiplexer redis, CatalogTable catalog, TrendingTable trending, IOptions<RecommenderOptions> options, TimeProvider time)
{
    /// <summary>Ids of the items whose repurchase interval is not over.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<IReadOnlyList<string>> HiddenAsync(string userId)
    {
        var settings = options.Value;
        var longest = settings.RepurchaseIntervals.Values.Append(settings.RepurchaseInterval).Max();
        if (longest == TimeSpan.Zero) return [];
        var now = Now();
        var bought = await redis.GetDatabase().SortedSetRangeByScoreWithScoresAsync("purchased:" + userId, (now - longest).ToUnixTimeMilliseconds());
        return [.. bought.Select(item => (ItemId: (string)item.Element!, At: (long)item.Score)).Where(item => IsHidden(item.ItemId, item.At, now)).Select(item => item.ItemId)];
    }

    private bool IsHidden(string itemId, long boughtAt, DateTimeOffset now)
    {
        var interval = catalog.Find(itemId)?.Category is { } category && options.Value.RepurchaseIntervals.TryGetValue(category, out var own) ? own : options.Value.RepurchaseInterval;
        return boughtAt > (now - interval).ToUnixTimeMilliseconds();
    }

    // The newest event's time, as in trending: a replay of old events is judged by the days that it replays.
    private DateTimeOffset Now() => trending.Ranking().NewestEventTime ?? time.GetUtcNow();
}
