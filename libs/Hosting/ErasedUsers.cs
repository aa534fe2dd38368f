using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Driftline.Hosting;

/// <summary>
/// Who was erased and when: the Redis key <c>erased:users</c>, a sorted set, member = HMAC-SHA256 of the user id under <see cref="PrivacyOptions.HashKey"/>,
/// score = time of the erasure in milliseconds since the Unix epoch. One key for all users, so that a batch of them costs one command. Only the
/// feature-builder writes it.
/// <para>
/// Whoever erases marks the user first and removes what is held after that; whoever writes looks at the marks after the write, and takes back what they cover. One
/// of the two sees the other, whatever the order.
/// </para>
/// </summary>
public sealed class ErasedUsers(IConnectionMultiplexer redis, IOptions<PrivacyOptions> options, TimeProvider time)
{
    private static readonly RedisKey Key = "erased:users";

    private readonly byte[] _hashKey = Convert.FromBase64String(options.Value.HashKey);

    /// <summary>Marks users as erased; the later of two erasures counts. Marks older than <see cref="PrivacyOptions.SuppressionExpiry"/> are forgotten.</summary>
    /// <exception cref="RedisException">Redis is away; marking again is harmless.</exception>
    public Task MarkAsync(IEnumerable<(string UserId, long ErasedAt)> users)
    {
        var batch = redis.GetDatabase().CreateBatch();
        Task[] writes =
        [
            batch.SortedSetAddAsync(Key, [.. users.Select(user => new SortedSetEntry(Hash(user.UserId), user.ErasedAt))], SortedSetWhen.GreaterThan),
            batch.SortedSetRemoveRangeByScoreAsync(Key, double.NegativeInfinity, (time.GetUtcNow() - options.Value.SuppressionExpiry).ToUnixTimeMilliseconds()),
            batch.KeyExpireAsync(Key, options.Value.SuppressionExpiry),
        ];
        batch.Execute();
        return Task.WhenAll(writes);
    }

    /// <summary>The marks of these users, to be read once or more often.</summary>
    public ErasureMarks MarksOf(IEnumerable<string> userIds)
    {
        string[] users = [.. userIds.Distinct(StringComparer.Ordinal)];
        return new ErasureMarks(redis, Key, users, Array.ConvertAll(users, Hash));
    }

    private RedisValue Hash(string userId) => HMACSHA256.HashData(_hashKey, Encoding.UTF8.GetBytes(userId));
}

/// <summary>Some users' marks in <see cref="ErasedUsers"/>; the hashes are computed once.</summary>
public sealed class ErasureMarks
{
    private static readonly IReadOnlyDictionary<string, long> None = new Dictionary<string, long>();

    private readonly IConnectionMultiplexer _redis;
    private readonly RedisKey _key;
    private readonly string[] _users;
    private readonly RedisValue[] _hashes;

    internal ErasureMarks(IConnectionMultiplexer redis, RedisKey key, string[] users, RedisValue[] hashes) => (_redis, _key, _users, _hashes) = (redis, key, users, hashes);

    /// <summary>When those who were erased were, by user id; milliseconds since the Unix epoch.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<IReadOnlyDictionary<string, long>> ReadAsync()
    {
        if (_users.Length == 0) return None;
        var scores = await _redis.GetDatabase().SortedSetScoresAsync(_key, _hashes);
        if (Array.TrueForAll(scores, score => score is null)) return None;
        return _users.Zip(scores).Where(user => user.Second is not null).ToDictionary(user => user.First, user => (long)user.Second!.Value, StringComparer.Ordinal);
    }
}
