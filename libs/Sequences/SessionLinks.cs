using StackExchange.Redis;

namespace Driftline.Sequences;

/// <summary>
/// Whose a session is: the keys <c>merged:{anonymous}</c>, the user's id, and <c>sessions:{user}</c>, a sorted set of the anonymous users that were merged into the user, score = when
/// last, in milliseconds since the Unix epoch, by which an erasure of the user finds them. A session is one user's, the first's: what a second shopper does on the same device must not
/// become the first one's. Only the feature-builder writes.
/// </summary>
public sealed class SessionLinks(IConnectionMultiplexer redis, SequenceStoreOptions options)
{
    // Merged last, of one user.
    private const int MaxSessions = 1_000;

    private readonly IDatabase _database = redis.GetDatabase();

    private static RedisKey OwnerKey(string anonymousId) => "merged:" + anonymousId;

    private static RedisKey SessionsKey(string userId) => "sessions:" + userId;

    /// <returns>Whose the session is now: the given user's, or whoever's it was.</returns>
    /// <exception cref="RedisException">Redis is away; linking again is harmless.</exception>
    public async Task<string> LinkAsync(string anonymousId, string userId, long mergedAt)
    {
        await _database.StringSetAsync(OwnerKey(anonymousId), userId, options.Expiry, When.NotExists);
        if (await OwnerAsync(anonymousId) is { } owner && owner != userId) return owner;
        await _database.KeyExpireAsync(OwnerKey(anonymousId), options.Expiry); // merged before, it lasts from now on too
        var key = SessionsKey(userId);
        await _database.SortedSetAddAsync(key, anonymousId, mergedAt, SortedSetWhen.GreaterThan);
        await _database.KeyExpireAsync(key, options.Expiry);
        foreach (var old in await _database.SortedSetRangeByRankAsync(key, 0, -(MaxSessions + 1))) await UnlinkAsync(old!, userId);
        return userId;
    }

    /// <summary>Whose the session is; null for nobody's yet.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<string?> OwnerAsync(string anonymousId) => await _database.StringGetAsync(OwnerKey(anonymousId));

    /// <summary>The same of several, in one pipelined round trip.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<string?[]> OwnersAsync(IReadOnlyList<string> anonymousIds)
    {
        if (anonymousIds.Count == 0) return [];
        var batch = _database.CreateBatch();
        var owners = anonymousIds.Select(id => batch.StringGetAsync(OwnerKey(id))).ToArray();
        batch.Execute();
        return Array.ConvertAll(await Task.WhenAll(owners), owner => (string?)owner);
    }

    /// <summary>The anonymous users that were merged into a user, oldest first.</summary>
    /// <param name="mergedUpTo">Those merged last after it are left out.</param>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<IReadOnlyList<string>> SessionsOfAsync(string userId, long mergedUpTo = long.MaxValue) =>
        [.. (await _database.SortedSetRangeByScoreAsync(SessionsKey(userId), stop: mergedUpTo)).Select(session => (string)session!)];

    /// <summary>Makes a session nobody's, where it is the user's.</summary>
    /// <param name="mergedUpTo">A session that was merged last after it stays the user's.</param>
    /// <exception cref="RedisException">Redis is away; unlinking again is harmless.</exception>
    public async Task UnlinkAsync(string anonymousId, string userId, long mergedUpTo = long.MaxValue)
    {
        if (await _database.SortedSetScoreAsync(SessionsKey(userId), anonymousId) > mergedUpTo) return;
        if (await OwnerAsync(anonymousId) == userId) await _database.KeyDeleteAsync(OwnerKey(anonymousId));
        await _database.SortedSetRemoveAsync(SessionsKey(userId), anonymousId);
    }
}
