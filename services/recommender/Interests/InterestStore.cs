using System.Text.Json;
using driftline.events;
using Driftline.Recommender.Api;
using Driftline.Schemas;
using Driftline.Streaming;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Driftline.Recommender.Interests;

/// <summary>What a batch leaves behind for one user.</summary>
/// <param name="Update">The newest update; null takes the user away.</param>
/// <param name="Bytes">The update as it was on the topic; null with it.</param>
/// <param name="Erased">Whatever earlier writes may have left behind of the user goes too; else what the interests in force led to.</param>
internal readonly record struct InterestWrite(string UserId, InterestUpdated? Update, byte[]? Bytes, bool Erased = false);

/// <param name="UpdatedAt">When the predictor computed the user's newest interests.</param>
internal readonly record struct RecentUser(string UserId, DateTimeOffset UpdatedAt);

/// <summary>
/// What is known of users, in Redis; only this service writes these keys, and writing an update again changes nothing.
/// <list type="bullet">
/// <item><c>interest:{user}</c>, and the channel of that name on which each write is also published: the record's bytes as they were on the topic
/// (registry wire format); an empty message says that the user was erased.</item>
/// <item><c>history:{user}</c>: a sorted set of earlier and present states as JSON (<see cref="InterestMoment"/>), score = when it was computed.</item>
/// <item><c>interests:updated</c>: a sorted set of the users updated last, score = when the newest interests were computed.</item>
/// <item><c>audience:{category}</c>, <c>audiences</c>: see <see cref="Audiences"/>.</item>
/// </list>
/// Times in scores are milliseconds since the Unix epoch.
/// </summary>
internal sealed class InterestStore(IConnectionMultiplexer redis, AvroCodec codec, Audiences audiences, IOptions<RecommenderOptions> options)
{
    private static readonly RedisKey Updated = "interests:updated";

    // Every command names one key, which is all that Redis Cluster asks.
    internal static RedisKey Key(string userId) => "interest:" + userId;

    private static RedisKey HistoryKey(string userId) => "history:" + userId;

    private static RedisChannel ChannelOf(string userId) => RedisChannel.Literal("interest:" + userId);

    /// <summary>
    /// Writes and publishes in one pipelined round trip, and one more where a user's rising categories changed or a user is erased; completes once Redis
    /// has acknowledged everything.
    /// </summary>
    /// <exception cref="RedisException">Redis is away or refused a write; writing again is harmless.</exception>
    public async Task WriteAsync(IReadOnlyCollection<InterestWrite> writes)
    {
        var batch = redis.GetDatabase().CreateBatch();
        var acknowledged = new List<Task>(writes.Count * 6);
        var before = new List<Task<RedisValue>>(writes.Count);
        foreach (var (userId, update, bytes, _) in writes)
        {
            before.Add(update is null ? batch.StringGetDeleteAsync(Key(userId)) : batch.StringSetAndGetAsync(Key(userId), bytes, options.Value.InterestExpiry));
            acknowledged.Add(batch.PublishAsync(ChannelOf(userId), bytes ?? []));
            if (update is null)
            {
                acknowledged.Add(batch.KeyDeleteAsync(HistoryKey(userId)));
                acknowledged.Add(batch.SortedSetRemoveAsync(Updated, userId));
            }
            else
            {
                acknowledged.AddRange(Remember(batch, userId, update));
            }
        }

        var computed = writes.Where(write => write.Update is not null).Select(write => new SortedSetEntry(write.UserId, write.Update!.computedAt)).ToArray();
        if (computed.Length > 0)
        {
            acknowledged.Add(batch.SortedSetAddAsync(Updated, computed));
            acknowledged.Add(batch.SortedSetRemoveRangeByRankAsync(Updated, 0, -(options.Value.RecentUsers + 1)));
            acknowledged.Add(batch.SortedSetRemoveRangeByScoreAsync(Updated, double.NegativeInfinity, computed.Max(user => user.Score) - options.Value.InterestExpiry.TotalMilliseconds)); // whose interests have expired
        }

        batch.Execute();
        await Task.WhenAll([.. acknowledged, .. before]);
        var moves = new List<AudienceMove>(writes.Count);
        foreach (var (write, old) in writes.Zip(before))
        {
            moves.Add(new AudienceMove(write.UserId, (byte[]?)old.Result is { } bytes ? await DecodeAsync(bytes) : null, write.Update));
        }

        await audiences.MoveAsync(moves);
        await audiences.EraseAsync([.. writes.Where(write => write.Erased).Select(write => write.UserId)]);
    }

    /// <summary>Null for a user that is not known.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<InterestUpdated?> ReadAsync(string userId) => (await ReadAsync([userId]))[0];

    /// <summary>In one pipelined round trip; null for each user that is not known.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<InterestUpdated?[]> ReadAsync(IReadOnlyList<string> userIds)
    {
        var batch = redis.GetDatabase().CreateBatch();
        var reads = userIds.Select(userId => batch.StringGetAsync(Key(userId))).ToArray();
        batch.Execute();
        var values = await Task.WhenAll(reads);
        var updates = new InterestUpdated?[values.Length];
        for (var i = 0; i < values.Length; i++) updates[i] = (byte[]?)values[i] is { } bytes ? await DecodeAsync(bytes) : null;
        return updates;
    }

    /// <summary>The user's states, newest first.</summary>
    /// <param name="count">Most of them, at least 1.</param>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<IReadOnlyList<InterestMoment>> HistoryAsync(string userId, int count)
    {
        var members = await redis.GetDatabase().SortedSetRangeByRankAsync(HistoryKey(userId), 0, count - 1, Order.Descending);
        return [.. members.Select(member => JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)member).Span, RecommenderJson.Default.InterestMoment)!)];
    }

    /// <summary>When the user's place among those updated last dates from; null for none.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<DateTimeOffset?> UpdatedAtAsync(string userId) =>
        await redis.GetDatabase().SortedSetScoreAsync(Updated, userId) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds((long)at) : null;

    /// <summary>The users updated last, newest first.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<IReadOnlyList<RecentUser>> RecentAsync(int count)
    {
        var users = await redis.GetDatabase().SortedSetRangeByRankWithScoresAsync(Updated, 0, count - 1, Order.Descending);
        return [.. users.Select(user => new RecentUser((string)user.Element!, DateTimeOffset.FromUnixTimeMilliseconds((long)user.Score)))];
    }

    /// <summary>Users updated since, all of them or a uniform sample, and how many there are.</summary>
    /// <param name="most">About how many are sampled.</param>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<(IReadOnlyList<string> Users, long Total)> SampleAsync(DateTimeOffset since, int most)
    {
        var database = redis.GetDatabase();
        var from = since.ToUnixTimeMilliseconds();
        var total = await database.SortedSetLengthAsync(Updated, from);
        if (total <= most) return ([.. (await database.SortedSetRangeByScoreAsync(Updated, from)).Select(user => (string)user!)], total);
        var all = await database.SortedSetLengthAsync(Updated);
        var drawn = most * all / total; // of all, to find as many of these
        if (total <= drawn) // more than there are of these: Redis would copy most of the set for it
        {
            var users = (await database.SortedSetRangeByScoreAsync(Updated, from)).Select(user => (string)user!).ToArray();
            Random.Shared.Shuffle(users);
            return ([.. users.Take(most)], total);
        }

        var sample = await database.SortedSetRandomMembersWithScoresAsync(Updated, drawn);
        return ([.. sample.Where(user => user.Score >= from).Select(user => (string)user.Element!)], total);
    }

    /// <summary>Hands each update of a user to <paramref name="onMessage"/> until the result is disposed; null says that the user was erased.</summary>
    public async Task<IAsyncDisposable> SubscribeAsync(string userId, Action<byte[]?> onMessage)
    {
        var queue = await redis.GetSubscriber().SubscribeAsync(ChannelOf(userId));
        queue.OnMessage(message => onMessage((byte[]?)message.Message is { Length: > 0 } bytes ? bytes : null));
        return new Subscription(queue);
    }

    public ValueTask<InterestUpdated> DecodeAsync(byte[] bytes) => codec.DecodeAsync<InterestUpdated>(Topics.InterestUpdates.Name, bytes);

    private Task[] Remember(IBatch batch, string userId, InterestUpdated update)
    {
        if (options.Value.HistoryLength == 0) return [];
        var key = HistoryKey(userId);
        return
        [
            batch.SortedSetAddAsync(key, JsonSerializer.SerializeToUtf8Bytes(InterestMoment.From(update), RecommenderJson.Default.InterestMoment), update.computedAt),
            batch.SortedSetRemoveRangeByRankAsync(key, 0, -(options.Value.HistoryLength + 1)),
            batch.KeyExpireAsync(key, options.Value.InterestExpiry),
        ];
    }

    private sealed class Subscription(ChannelMessageQueue queue) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await queue.UnsubscribeAsync();
    }
}
