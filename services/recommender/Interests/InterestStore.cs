using driftline.events;
using Driftline.Schemas;
using Driftline.Streaming;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Driftline.Recommender.Interests;

/// <summary>What a batch leaves behind for one user.</summary>
/// <param name="Bytes">The newest update as it was on the topic; null erases the user.</param>
internal readonly record struct InterestWrite(string UserId, byte[]? Bytes);

/// <summary>
/// The <c>interest:{user}</c> keys, and the channels of the same names on which each write is also published. A value is the record's bytes
/// as they were on the topic (registry wire format); an empty message says that the user was erased. Only this service writes.
/// </summary>
internal sealed class InterestStore(IConnectionMultiplexer redis, AvroCodec codec, IOptions<RecommenderOptions> options)
{
    // Every command names one key, which is all that Redis Cluster asks.
    private static RedisKey Key(string userId) => "interest:" + userId;

    private static RedisChannel ChannelOf(string userId) => RedisChannel.Literal("interest:" + userId);

    /// <summary>Writes and publishes in one pipelined round trip; completes once Redis has acknowledged everything.</summary>
    /// <exception cref="RedisException">Redis is away or refused a write; writing again is harmless.</exception>
    public async Task WriteAsync(IReadOnlyCollection<InterestWrite> writes)
    {
        var batch = redis.GetDatabase().CreateBatch();
        var acknowledged = new List<Task>(writes.Count * 2);
        foreach (var (userId, bytes) in writes)
        {
            acknowledged.Add(bytes is null ? batch.KeyDeleteAsync(Key(userId)) : batch.StringSetAsync(Key(userId), bytes, options.Value.InterestExpiry));
            acknowledged.Add(batch.PublishAsync(ChannelOf(userId), bytes ?? []));
        }

        batch.Execute();
        await Task.WhenAll(acknowledged);
    }

    /// <summary>Null for a user that is not known.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<InterestUpdated?> ReadAsync(string userId) =>
        (byte[]?)await redis.GetDatabase().StringGetAsync(Key(userId)) is { } bytes ? await DecodeAsync(bytes) : null;

    /// <summary>Hands each update of a user to <paramref name="onMessage"/> until the result is disposed; null says that the user was erased.</summary>
    public async Task<IAsyncDisposable> SubscribeAsync(string userId, Action<byte[]?> onMessage)
    {
        var queue = await redis.GetSubscriber().SubscribeAsync(ChannelOf(userId));
        queue.OnMessage(message => onMessage((byte[]?)message.Message is { Length: > 0 } bytes ? bytes : null));
        return new Subscription(queue);
    }

    public ValueTask<InterestUpdated> DecodeAsync(byte[] bytes) => codec.DecodeAsync<InterestUpdated>(Topics.InterestUpdates.Name, bytes);

    private sealed class Subscription(ChannelMessageQueue queue) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await queue.UnsubscribeAsync();
    }
}
