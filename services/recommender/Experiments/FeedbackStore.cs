using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Driftline.Recommender.Experiments;

/// <summary>A user's events in the order in which they came.</summary>
internal sealed record UserEvents(string UserId, IReadOnlyList<FeedbackEvent> Events);

/// <summary>
/// The <c>feedback:*</c> keys: <c>feedback:{shard}:user:ID</c> holds a <see cref="UserFeedback"/>, <c>feedback:{shard}:totals</c> the sums over the users of
/// a shard (<see cref="FeedbackFields"/>), <c>feedback:items:EXPERIMENT:VARIANT</c> a HyperLogLog of the items shown. Only this service writes.
/// <para>
/// Users and sums of a shard change together, in one transaction that fails if any of its users has changed meanwhile: a batch that comes
/// again finds its events remembered and adds nothing, and two replicas that meet on a user during a rebalance cannot count twice. The braces keep a shard in one slot
/// of Redis Cluster.
/// </para>
/// </summary>
internal sealed class FeedbackStore(IConnectionMultiplexer redis, IOptions<RecommenderOptions> options)
{
    internal const int Shards = 32;
    private const int MaxAttempts = 10;

    private static RedisKey UserKey(string userId) => $"feedback:{{{ShardOf(userId)}}}:user:{userId}";

    private static RedisKey TotalsKey(int shard) => $"feedback:{{{shard}}}:totals";

    private static RedisKey ItemsKey(VariantKey variant) => $"feedback:items:{variant.Experiment}:{variant.Variant}";

    private static int ShardOf(string userId) => (int)(FeedbackEvent.Hash(userId) % Shards);

    /// <summary>Attributes and counts; completes once Redis has acknowledged everything.</summary>
    /// <returns>What was newly counted, and by how much each sum of <see cref="FeedbackFields"/> changed.</returns>
    /// <exception cref="RedisException">Redis is away; counting again is harmless.</exception>
    /// <exception cref="TimeoutException">Redis is away, or other replicas kept changing the same users; counting again is harmless.</exception>
    public async Task<(IReadOnlyList<Counted> Counted, IReadOnlyDictionary<string, long> Changes)> CountAsync(IReadOnlyCollection<UserEvents> users)
    {
        var counted = new List<Counted>();
        var changes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var shard in users.GroupBy(user => ShardOf(user.UserId)))
        {
            var (more, changed) = await CountShardAsync(shard.Key, [.. shard]);
            counted.AddRange(more);
            foreach (var (field, change) in changed) FeedbackFields.Add(changes, field, change);
        }

        return (counted, changes);
    }

    /// <summary>The totals of every variant that has any.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<IReadOnlyDictionary<VariantKey, FeedbackTotals>> ReadAsync()
    {
        var database = redis.GetDatabase();
        var totals = new Dictionary<VariantKey, FeedbackTotals>();
        foreach (var shard in await Task.WhenAll(Enumerable.Range(0, Shards).Select(shard => database.HashGetAllAsync(TotalsKey(shard)))))
        {
            foreach (var entry in shard) FeedbackFields.Read(totals, ((string?)entry.Name)!, (long)entry.Value);
        }

        return totals;
    }

    /// <summary>About how many different items users were shown under the variant (within a percent or so).</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public Task<long> ItemsShownAsync(VariantKey variant) => redis.GetDatabase().HyperLogLogLengthAsync(ItemsKey(variant));

    /// <summary>What is known of one user; null for nothing.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<UserFeedback?> ReadUserAsync(string userId) =>
        (byte[]?)await redis.GetDatabase().StringGetAsync(UserKey(userId)) is { } bytes ? FeedbackBytes.Read(bytes) : null;

    /// <summary>Erases what is known of users one by one. Sums, which name nobody, keep them.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public Task ForgetAsync(IEnumerable<string> userIds)
    {
        var database = redis.GetDatabase();
        return Task.WhenAll(userIds.Select(userId => database.KeyDeleteAsync(UserKey(userId))));
    }

    /// <summary>Erases what is known of a user if it reaches back to a time; a user who came back after it is left alone.</summary>
    /// <param name="time">In milliseconds since the Unix epoch.</param>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task ForgetBeforeAsync(string userId, long time)
    {
        if (await ReadUserAsync(userId) is { } feedback && feedback.Since <= time) await ForgetAsync([userId]);
    }

    private async Task<(List<Counted> Counted, Dictionary<string, long> Changes)> CountShardAsync(int shard, UserEvents[] users)
    {
        var database = redis.GetDatabase();
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var stored = await database.StringGetAsync([.. users.Select(user => UserKey(user.UserId))]);
            var (counted, changes) = (new List<Counted>(), new Dictionary<string, long>(StringComparer.Ordinal));
            var transaction = database.CreateTransaction();
            var touched = false;
            foreach (var (user, value) in users.Zip(stored))
            {
                var feedback = FeedbackBytes.Read((byte[]?)value);
                var before = new Dictionary<VariantKey, UserCounts>(feedback.Counts);
                var traces = user.Events.Select(happened => feedback.Apply(happened, options.Value.AttributionWindow)).OfType<IReadOnlyList<Counted>>().ToList();
                if (traces.Count == 0) continue;
                touched = true;
                var newly = traces.SelectMany(trace => trace).ToList();
                counted.AddRange(newly);
                foreach (var (field, change) in FeedbackFields.Changes(before, feedback.Counts, newly)) FeedbackFields.Add(changes, field, change);
                var key = UserKey(user.UserId);
                transaction.AddCondition(value.IsNull ? Condition.KeyNotExists(key) : Condition.StringEqual(key, value));
                _ = transaction.StringSetAsync(key, FeedbackBytes.Write(feedback), options.Value.FeedbackExpiry);
            }

            if (!touched) return (counted, changes);
            await NoteShownAsync(counted); // outside the transaction: noting an item again changes nothing
            foreach (var (field, change) in changes) _ = transaction.HashIncrementAsync(TotalsKey(shard), field, change);
            _ = transaction.KeyExpireAsync(TotalsKey(shard), options.Value.FeedbackExpiry);
            if (await transaction.ExecuteAsync()) return (counted, changes);
        }

        throw new TimeoutException($"Users of shard {shard} were changed by another replica {MaxAttempts} times in a row.");
    }

    private async Task NoteShownAsync(List<Counted> counted)
    {
        var database = redis.GetDatabase();
        await Task.WhenAll(counted.Where(one => one.Kind == FeedbackKind.Impression).GroupBy(one => one.Variant).SelectMany(variant => new[]
        {
            database.HyperLogLogAddAsync(ItemsKey(variant.Key), [.. variant.Select(one => (RedisValue)one.ItemId).Distinct()]),
            database.KeyExpireAsync(ItemsKey(variant.Key), options.Value.FeedbackExpiry),
        }));
    }
}
