using StackExchange.Redis;

namespace Driftline.Sequences;

/// <summary>How long a sequence is kept, in entries and in time without an event.</summary>
public sealed class SequenceStoreOptions
{
    /// <summary>Newest entries kept: as many as the default model reads. Redis keeps a sequence compact up to <c>zset-max-listpack-entries</c>, 128 by default: set it to this.</summary>
    public int MaxLength { get; set; } = 256;

    /// <summary>Time after the user's last event until the sequence is forgotten.</summary>
    public TimeSpan Expiry { get; set; } = TimeSpan.FromDays(90);
}

/// <summary>What a sequence looks like after an append.</summary>
public readonly record struct SequenceState(int Length, long NewestEventTime);

/// <summary>
/// The <c>seq:{user}</c> keys. Each is a sorted set: score = event time in milliseconds, member = <see cref="PackedMember"/>; equal times are
/// ordered by the member's bytes. Appending is idempotent and free of order: a member is added once (<c>ZADD NX</c>) and the oldest are
/// trimmed by rank, so any permutation, repetition or replay of the same entries ends in the same bytes. Only the feature-builder writes.
/// </summary>
public sealed class SequenceStore(IConnectionMultiplexer redis, SequenceStoreOptions options)
{
    private readonly IDatabase _database = redis.GetDatabase();

    // No hash tag: every command names one key, which is all that Redis Cluster asks.
    private static RedisKey Key(string userId) => "seq:" + userId;

    /// <summary>Appends to many users' sequences in one pipelined round trip.</summary>
    /// <returns>The state of each user's sequence, in the order given. Completes once Redis has acknowledged every write.</returns>
    /// <exception cref="RedisException">Redis is away or refused a write; nothing is lost by appending the same entries again.</exception>
    public async Task<SequenceState[]> AppendAsync(IReadOnlyList<KeyValuePair<string, IReadOnlyList<SequenceEntry>>> users)
    {
        var batch = _database.CreateBatch();
        var writes = new List<Task>(users.Count * 3);
        var lengths = new Task<long>[users.Count];
        var newest = new Task<SortedSetEntry[]>[users.Count];
        for (var i = 0; i < users.Count; i++)
        {
            var key = Key(users[i].Key);
            var entries = users[i].Value;
            var members = new SortedSetEntry[entries.Count];
            for (var j = 0; j < members.Length; j++)
                members[j] = new SortedSetEntry(PackedMember.Pack(entries[j]), entries[j].EventTime);
            writes.Add(batch.SortedSetAddAsync(key, members, SortedSetWhen.NotExists));
            writes.Add(batch.SortedSetRemoveRangeByRankAsync(key, 0, -(options.MaxLength + 1)));
            writes.Add(batch.KeyExpireAsync(key, options.Expiry));
            lengths[i] = batch.SortedSetLengthAsync(key);
            newest[i] = batch.SortedSetRangeByRankWithScoresAsync(key, -1, -1);
        }

        batch.Execute();
        await Task.WhenAll([.. writes, .. lengths, .. newest]); // all at once: a failure leaves no task unobserved
        return Array.ConvertAll(Enumerable.Range(0, users.Count).ToArray(), i =>
            new SequenceState((int)lengths[i].Result, newest[i].Result is [var last] ? (long)last.Score : 0));
    }

    /// <summary>Reads many users' sequences in one pipelined round trip; an unknown user's is empty.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    /// <exception cref="FormatException">A key holds something that is not a sequence.</exception>
    public async Task<UserSequence[]> ReadAsync(IReadOnlyList<string> userIds)
    {
        var batch = _database.CreateBatch();
        var reads = new Task<SortedSetEntry[]>[userIds.Count];
        for (var i = 0; i < reads.Length; i++)
            reads[i] = batch.SortedSetRangeByRankWithScoresAsync(Key(userIds[i]), -options.MaxLength, -1);
        batch.Execute();
        return Array.ConvertAll(await Task.WhenAll(reads), ToSequence);
    }

    /// <summary>Forgets a user.</summary>
    public Task DeleteAsync(string userId) => _database.KeyDeleteAsync(Key(userId));

    private static UserSequence ToSequence(SortedSetEntry[] members)
    {
        if (members.Length == 0) return UserSequence.Empty;
        var entries = new SequenceEntry[members.Length];
        var digest = new SequenceDigest();
        for (var i = 0; i < members.Length; i++)
        {
            var member = (byte[])members[i].Element!;
            entries[i] = PackedMember.Unpack(member, (long)members[i].Score);
            digest.Add(member);
        }

        return new UserSequence(entries, digest.Value);
    }
}
