using driftline.events;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Driftline.Recommender.Interests;

/// <param name="Before">The interests that were replaced; null where there were none.</param>
/// <param name="Now">The interests in force; null where there are none any more.</param>
internal readonly record struct AudienceMove(string UserId, InterestUpdated? Before, InterestUpdated? Now);

/// <summary>Where a listing goes on: after this user among those whose interest rises as much, largest rise first.</summary>
internal readonly record struct AudiencePosition(double Rise, string UserId);

/// <summary>
/// The <c>audience:{category}</c> keys: a sorted set of the users whose interest in the category is rising, score = by how much (next - current); those with the largest
/// rise, as many as <see cref="RecommenderOptions.RecentUsers"/>. Of users who never come back and whose interests have expired, some are found with each of some writes, at random,
/// as Redis finds its own expired keys.
/// An index only: who it lists is checked against <c>interest:{user}</c>, so a user who was erased, whose interests expired, or whom a write that was
/// broken off left behind, is never answered. <c>audiences</c> is the set of the categories that have one, so that an erased user is taken out of all.
/// </summary>
internal sealed class Audiences(IConnectionMultiplexer redis, IOptions<RecommenderOptions> options)
{
    private const int WritesPerSweep = 16, SweptCategories = 8, SweptUsers = 4;

    private static readonly RedisKey Categories = "audiences";

    private int _writes;

    private static RedisKey Key(string category) => "audience:" + category;

    /// <summary>Brings the index up to date in one pipelined round trip.</summary>
    /// <exception cref="RedisException">Redis is away or refused a write; moving again is harmless.</exception>
    public async Task MoveAsync(IReadOnlyCollection<AudienceMove> moves)
    {
        var rising = moves.Select(move => (move.UserId, Before: Rising(move.Before), Now: Rising(move.Now))).ToList();
        var gone = rising.SelectMany(user => user.Before.Keys.Where(category => !user.Now.ContainsKey(category)).Select(category => (category, user.UserId)))
            .ToLookup(one => one.category, one => (RedisValue)one.UserId);
        var risen = rising.SelectMany(user => user.Now.Select(shift => (Category: shift.Key, Entry: new SortedSetEntry(user.UserId, shift.Value))))
            .ToLookup(one => one.Category, one => one.Entry);
        if (gone.Count + risen.Count == 0) return;
        var batch = redis.GetDatabase().CreateBatch();
        var acknowledged = new List<Task>();
        foreach (var category in gone) acknowledged.Add(batch.SortedSetRemoveAsync(Key(category.Key), [.. category]));
        foreach (var category in risen)
        {
            acknowledged.Add(batch.SortedSetAddAsync(Key(category.Key), [.. category]));
            acknowledged.Add(batch.SortedSetRemoveRangeByRankAsync(Key(category.Key), 0, -(options.Value.RecentUsers + 1)));
            acknowledged.Add(batch.KeyExpireAsync(Key(category.Key), options.Value.InterestExpiry));
        }

        if (risen.Count > 0) acknowledged.Add(batch.SetAddAsync(Categories, [.. risen.Select(category => (RedisValue)category.Key)]));
        batch.Execute();
        await Task.WhenAll(acknowledged);
        if (Interlocked.Increment(ref _writes) % WritesPerSweep == 0) await SweepAsync([.. risen.Take(SweptCategories).Select(category => category.Key)]);
    }

    private async Task SweepAsync(IReadOnlyList<string> categories)
    {
        var database = redis.GetDatabase();
        var drawn = await Task.WhenAll(categories.Select(category => database.SortedSetRandomMembersWithScoresAsync(Key(category), SweptUsers)));
        var users = categories.Zip(drawn).SelectMany(one => one.Second.Select(user => (Category: one.First, Position: new AudiencePosition(user.Score, (string)user.Element!)))).ToArray();
        var known = await Task.WhenAll(users.Select(user => database.KeyExistsAsync(InterestStore.Key(user.Position.UserId))));
        await Task.WhenAll(users.Where((_, i) => !known[i]).Select(user => RemoveAsync(user.Category, user.Position)));
    }

    /// <summary>Takes users out of every audience, whatever earlier writes left behind.</summary>
    /// <exception cref="RedisException">Redis is away; taking them out again is harmless.</exception>
    public async Task EraseAsync(IReadOnlyCollection<string> userIds)
    {
        if (userIds.Count == 0) return;
        var database = redis.GetDatabase();
        var users = userIds.Select(user => (RedisValue)user).ToArray();
        await Task.WhenAll((await database.SetMembersAsync(Categories)).Select(category => database.SortedSetRemoveAsync(Key((string)category!), users)));
    }

    /// <summary>A page of candidates, largest rise first, equal rises by user id from the last; empty at the end.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<IReadOnlyList<AudiencePosition>> PageAsync(string category, double minRise, AudiencePosition? after, int size)
    {
        var database = redis.GetDatabase();
        for (var skip = 0; ; skip += size)
        {
            var found = await database.SortedSetRangeByScoreWithScoresAsync(
                Key(category), minRise, after?.Rise ?? double.PositiveInfinity, Exclude.None, Order.Descending, skip, size);
            AudiencePosition[] page = [.. found.Select(user => new AudiencePosition(user.Score, (string)user.Element!)).Where(user => after is null || Follows(user, after.Value))];
            if (page.Length > 0 || found.Length < size) return page;
        }
    }

    /// <summary>Takes a user out who was found not to belong, unless an update has moved them meanwhile.</summary>
    public Task RemoveAsync(string category, AudiencePosition stale)
    {
        var transaction = redis.GetDatabase().CreateTransaction();
        transaction.AddCondition(Condition.SortedSetEqual(Key(category), stale.UserId, stale.Rise));
        _ = transaction.SortedSetRemoveAsync(Key(category), stale.UserId);
        return transaction.ExecuteAsync();
    }

    private static Dictionary<string, double> Rising(InterestUpdated? update)
    {
        var rising = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var shift in update?.rising ?? []) rising[shift.category] = shift.delta;
        return rising;
    }

    // Redis orders equal scores by the members' bytes.
    private static bool Follows(AudiencePosition user, AudiencePosition after) => user.Rise < after.Rise
        || (user.Rise == after.Rise && System.Text.Encoding.UTF8.GetBytes(user.UserId).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(after.UserId)) < 0);
}
