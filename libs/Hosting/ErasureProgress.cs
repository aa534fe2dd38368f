using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Driftline.Hosting;

/// <summary>
/// How far an erasure is: the Redis key <c>erasure:ID</c>, a hash, field = stage, value = when it had erased all that it holds, in milliseconds since the
/// Unix epoch. Each stage writes its own field; it names no user.
/// </summary>
public sealed class ErasureProgress(IConnectionMultiplexer redis, IOptions<PrivacyOptions> options, TimeProvider time)
{
    public const string FeatureBuilder = "feature-builder", Predictor = "predictor", Recommender = "recommender";

    /// <summary>Every stage that holds state of users, in the order in which an erasure reaches them.</summary>
    public static readonly IReadOnlyList<string> Stages = [FeatureBuilder, Predictor, Recommender];

    private static RedisKey Key(string erasureId) => "erasure:" + erasureId;

    /// <summary>Notes that a stage is done; the first time that it was stays.</summary>
    /// <exception cref="RedisException">Redis is away; noting it again is harmless.</exception>
    public Task CompleteAsync(string stage, IEnumerable<string> erasureIds)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var batch = redis.GetDatabase().CreateBatch();
        var writes = erasureIds.Distinct(StringComparer.Ordinal).SelectMany(id => new Task[]
        {
            batch.HashSetAsync(Key(id), stage, now, When.NotExists),
            batch.KeyExpireAsync(Key(id), options.Value.SuppressionExpiry),
        }).ToArray();
        batch.Execute();
        return Task.WhenAll(writes);
    }

    /// <summary>Whether a stage has noted each of these as done.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public Task<bool[]> AreCompleteAsync(string stage, IEnumerable<string> erasureIds)
    {
        var batch = redis.GetDatabase().CreateBatch();
        var reads = erasureIds.Select(id => batch.HashExistsAsync(Key(id), stage)).ToArray();
        batch.Execute();
        return Task.WhenAll(reads);
    }

    /// <summary>When each of the <see cref="Stages"/> was done, in their order; null for those that are not yet.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<IReadOnlyList<(string Stage, DateTimeOffset? CompletedAt)>> ReadAsync(string erasureId)
    {
        var times = await redis.GetDatabase().HashGetAsync(Key(erasureId), [.. Stages.Select(stage => (RedisValue)stage)]);
        return [.. Stages.Zip(times, (stage, at) => (stage, at.IsNull ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeMilliseconds((long)at)))];
    }
}
