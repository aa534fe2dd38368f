using System.ComponentModel.DataAnnotations;
using StackExchange.Redis;

namespace Driftline.Sequences;

/// <summary>How long a sequence is kept, in entries and in time without an event.</summary>
public sealed class SequenceStoreOptions
{
    /// <summary>Newest entries kept: as many as the default model reads. Redis keeps a sequence compact up to <c>zset-max-listpack-entries</c>, 128 by default, and makes one that was longer for a moment, between an addition and its trim, never compact again: set it to twice as many.</summary>
    [Range(1, 100_000, ErrorMessage = "Sequence:MaxLength must be between 1 and 100000.")]
    public int MaxLength { get; set; } = 256;

    /// <summary>Time after the user's last event until the sequence is forgotten.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00", ErrorMessage = "Sequence:Expiry must be between 1 minute and 36500 days.")]
    public TimeSpan Expiry { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Items bought last that are kept of a user: many more than a sequence holds, so that what was bought long ago is still known.</summary>
    [Range(1, 100_000, ErrorMessage = "FeatureBuilder:Sequence:MaxPurchasedItems must be between 1 and 100000.")]
    public int MaxPurchasedItems { get; set; } = 1_000;

    /// <summary>Time after the user's last purchase until the bought items are forgotten.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00", ErrorMessage = "FeatureBuilder:Sequence:PurchaseExpiry must be between 1 minute and 36500 days.")]
    public TimeSpan PurchaseExpiry { get; set; } = TimeSpan.FromDays(400);
}

/// <summary>What events say of one user.</summary>
/// <param name="Attributes">Of the user, as the events carried them.</param>
public sealed record UserEvents(string UserId, IReadOnlyList<SequenceEntry> Entries, IReadOnlyList<AttributeValue>? Attributes = null);

/// <summary>All that is held of one user's events.</summary>
/// <param name="Purchases">Items bought, each with the event time of its newest purchase in milliseconds since the Unix epoch.</param>
public sealed record HeldEvents(IReadOnlyList<SequenceEntry> Entries, IReadOnlyList<(string ItemId, long BoughtAt)> Purchases, IReadOnlyList<AttributeValue> Attributes);

/// <summary>What a sequence looks like after an append or a removal.</summary>
public readonly record struct SequenceState(int Length, long NewestEventTime);

/// <summary>
/// The <c>seq:{user}</c> keys. Each is a sorted set: score = event time in milliseconds, member = <see cref="PackedMember"/>; equal times are
/// ordered by the member's bytes. Appending is idempotent and free of order: a member is added once (<c>ZADD NX</c>) and the oldest are
/// trimmed by rank, so any permutation, repetition or replay of the same entries ends in the same bytes. Only the feature-builder writes.
/// <para>
/// Beside it two more sorted sets, as free of order (<c>ZADD GT</c>): <c>purchased:{user}</c>, member = item id, score = event time of its newest purchase,
/// which the recommender reads; and <c>attr:{user}</c>, member = <see cref="AttributeMember"/>, score = event time of the newest event that said so.
/// </para>
/// </summary>
public sealed class SequenceStore(IConnectionMultiplexer redis, SequenceStoreOptions options)
{
    // Values said last, of all names together.
    private const int MaxAttributes = 64;

    private static readonly Task<RedisValue[]> NoMembers = Task.FromResult<RedisValue[]>([]);
    private static readonly Task<long> NoLength = Task.FromResult(0L);

    private readonly IDatabase _database = redis.GetDatabase();

    private readonly Family _sequence = new("seq:", SortedSetWhen.NotExists, options.MaxLength, options.Expiry);
    private readonly Family _purchased = new("purchased:", SortedSetWhen.GreaterThan, options.MaxPurchasedItems, options.PurchaseExpiry);
    private readonly Family _attributes = new("attr:", SortedSetWhen.GreaterThan, MaxAttributes, options.Expiry);

    private Family[] Families => [_sequence, _purchased, _attributes];

    /// <summary>Appends to many users' sequences in one pipelined round trip.</summary>
    /// <returns>The state of each user's sequence, in the order given. Completes once Redis has acknowledged every write.</returns>
    /// <exception cref="RedisException">Redis is away or refused a write; nothing is lost by appending the same entries again.</exception>
    public async Task<SequenceState[]> AppendAsync(IReadOnlyList<UserEvents> users)
    {
        var batch = _database.CreateBatch();
        var writes = new List<Task>(users.Count * 3);
        var lengths = new Task<long>[users.Count];
        var newest = new Task<SortedSetEntry[]>[users.Count];
        for (var i = 0; i < users.Count; i++)
        {
            var (userId, entries, attributes) = users[i];
            var members = new SortedSetEntry[entries.Count];
            for (var j = 0; j < members.Length; j++)
                members[j] = new SortedSetEntry(PackedMember.Pack(entries[j]), entries[j].EventTime);
            writes.AddRange(_sequence.Add(batch, userId, members));
            writes.AddRange(_purchased.Add(batch, userId, [.. entries.Where(entry => entry.Type == SequenceEventType.Purchase).Select(entry => new SortedSetEntry(entry.ItemId, entry.EventTime))]));
            writes.AddRange(_attributes.Add(batch, userId, [.. (attributes ?? []).Select(attribute => new SortedSetEntry(AttributeMember.Pack(attribute), attribute.EventTime))]));
            (lengths[i], newest[i]) = Look(batch, userId);
        }

        batch.Execute();
        await Task.WhenAll([.. writes, .. lengths, .. newest]); // all at once: a failure leaves no task unobserved
        return Array.ConvertAll(Enumerable.Range(0, users.Count).ToArray(), i => State(lengths[i].Result, newest[i].Result));
    }

    /// <summary>Reads many users' sequences in one pipelined round trip; an unknown user's is empty.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    /// <exception cref="FormatException">A key holds something that is not a sequence.</exception>
    public async Task<UserSequence[]> ReadAsync(IReadOnlyList<string> userIds)
    {
        var batch = _database.CreateBatch();
        var reads = new Task<SortedSetEntry[]>[userIds.Count];
        for (var i = 0; i < reads.Length; i++)
            reads[i] = batch.SortedSetRangeByRankWithScoresAsync(_sequence.Of(userIds[i]), -options.MaxLength, -1);
        batch.Execute();
        return Array.ConvertAll(await Task.WhenAll(reads), ToSequence);
    }

    /// <summary>
    /// Reads many users' sequences, of those that are known only what was appended: in one pipelined round trip, and a second for the known ones that have
    /// changed otherwise (a late event was sorted in, entries were forgotten), which are read whole.
    /// </summary>
    /// <param name="users">Each user and what is known of the sequence; null reads it whole. What is known is brought up to date.</param>
    /// <exception cref="RedisException">Redis is away. What was known is not to be used again, here and below.</exception>
    /// <exception cref="FormatException">A key holds something that is not a sequence.</exception>
    public async Task<SequenceReading[]> ReadOnAsync(IReadOnlyList<(string UserId, KnownSequence? Known)> users)
    {
        var batch = _database.CreateBatch();
        var ends = new Task<SortedSetEntry[]>[users.Count];
        var oldest = new Task<RedisValue[]>[users.Count];
        var lengths = new Task<long>[users.Count];
        for (var i = 0; i < users.Count; i++)
        {
            var key = _sequence.Of(users[i].UserId);
            var known = users[i].Known;
            ends[i] = known is null ? batch.SortedSetRangeByRankWithScoresAsync(key, -options.MaxLength, -1) : batch.SortedSetRangeByScoreWithScoresAsync(key, known.NewestEventTime);
            oldest[i] = known is null ? NoMembers : batch.SortedSetRangeByRankAsync(key, 0, 0);
            lengths[i] = known is null ? NoLength : batch.SortedSetLengthAsync(key);
        }

        batch.Execute();
        await Task.WhenAll([.. ends, .. oldest, .. lengths]);
        var readings = new SequenceReading?[users.Count];
        for (var i = 0; i < users.Count; i++)
            readings[i] = users[i].Known is { } known ? Appended(known, ends[i].Result, oldest[i].Result, lengths[i].Result) : Whole(ends[i].Result);
        var changed = Enumerable.Range(0, users.Count).Where(i => readings[i] is null).ToArray();
        if (changed.Length > 0)
        {
            var again = await ReadOnAsync([.. changed.Select(i => (users[i].UserId, (KnownSequence?)null))]);
            for (var i = 0; i < changed.Length; i++) readings[changed[i]] = again[i];
        }

        return readings!;
    }

    /// <summary>Reads many users' attributes in one pipelined round trip: of each name the newest value. Of equal times the last in the order of bytes counts.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    /// <exception cref="FormatException">A key holds something that is no attribute.</exception>
    public async Task<IReadOnlyDictionary<string, string>[]> ReadAttributesAsync(IReadOnlyList<string> userIds)
    {
        var batch = _database.CreateBatch();
        var reads = userIds.Select(userId => batch.SortedSetRangeByRankWithScoresAsync(_attributes.Of(userId))).ToArray();
        batch.Execute();
        return Array.ConvertAll(await Task.WhenAll(reads), members =>
        {
            var newest = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in members)
            {
                var attribute = AttributeMember.Unpack((byte[])member.Element!, (long)member.Score);
                newest[attribute.Name] = attribute.Value;
            }

            return (IReadOnlyDictionary<string, string>)newest;
        });
    }

    /// <summary>All that the three keys hold of a user, however much that is, each oldest first. For a person's right of access.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    /// <exception cref="FormatException">A key holds something that this store did not write.</exception>
    public async Task<HeldEvents> ReadAllAsync(string userId)
    {
        var reads = await ReadFamiliesAsync(userId);
        return new HeldEvents(
            ToSequence(reads[0]).Entries,
            Array.ConvertAll(reads[1], bought => ((string)bought.Element!, (long)bought.Score)),
            Array.ConvertAll(reads[2], said => AttributeMember.Unpack((byte[])said.Element!, (long)said.Score)));
    }

    /// <summary>Forgets what events up to a time said of a user. As free of order as appending: what later events said stays.</summary>
    /// <param name="upTo">Event time, in milliseconds since the Unix epoch; that time is forgotten too.</param>
    /// <returns>The state of the user's sequence after it.</returns>
    /// <exception cref="RedisException">Redis is away; forgetting again is harmless.</exception>
    public async Task<SequenceState> ForgetAsync(string userId, long upTo)
    {
        var batch = _database.CreateBatch();
        Task[] removals = [.. Families.Select(family => batch.SortedSetRemoveRangeByScoreAsync(family.Of(userId), double.NegativeInfinity, upTo))];
        var (length, newest) = Look(batch, userId);
        batch.Execute();
        await Task.WhenAll([.. removals, length, newest]);
        return State(length.Result, newest.Result);
    }

    /// <summary>
    /// Makes what is held of one user another's: as free of order as appending, and as safe to do again. Nothing is left of the first; what is written to them meanwhile stays
    /// for another move.
    /// </summary>
    /// <param name="after">Event time, in milliseconds since the Unix epoch, up to which nothing is taken over.</param>
    /// <returns>The state of the other's sequence after it.</returns>
    /// <exception cref="RedisException">Redis is away; moving again moves what is left.</exception>
    public async Task<SequenceState> MoveAsync(string from, string to, long after)
    {
        var held = await ReadFamiliesAsync(from);
        var copy = _database.CreateBatch();
        Task[] copies = [.. Families.Zip(held).SelectMany(family => family.First.Add(copy, to, [.. family.Second.Where(entry => entry.Score > after)]))];
        var (length, newest) = Look(copy, to);
        copy.Execute();
        await Task.WhenAll([.. copies, length, newest]);
        var removal = _database.CreateBatch();
        Task[] removals = [.. Families.Zip(held).Where(family => family.Second.Length > 0)
            .Select(family => removal.SortedSetRemoveAsync(family.First.Of(from), Array.ConvertAll(family.Second, entry => entry.Element)))];
        removal.Execute();
        await Task.WhenAll(removals);
        return State(length.Result, newest.Result);
    }

    private Task<SortedSetEntry[][]> ReadFamiliesAsync(string userId) => Task.WhenAll(Families.Select(family => _database.SortedSetRangeByRankWithScoresAsync(family.Of(userId))));

    private (Task<long> Length, Task<SortedSetEntry[]> Newest) Look(IBatch batch, string userId) =>
        (batch.SortedSetLengthAsync(_sequence.Of(userId)), batch.SortedSetRangeByRankWithScoresAsync(_sequence.Of(userId), -1, -1));

    private static SequenceState State(long length, SortedSetEntry[] newest) => new((int)length, newest is [var last] ? (long)last.Score : 0);

    private SequenceReading? Appended(KnownSequence known, SortedSetEntry[] end, RedisValue[] oldest, long stored) =>
        oldest is [var first] && known.Append(end, first, stored, options.MaxLength) is { } appended
            ? SequenceReading.Of(Unpack(end.AsSpan(end.Length - appended)), appended: true, known)
            : null;

    private static SequenceReading Whole(SortedSetEntry[] members) => SequenceReading.Of(Unpack(members), appended: false, KnownSequence.Of(members));

    private static SequenceEntry[] Unpack(ReadOnlySpan<SortedSetEntry> members)
    {
        var entries = new SequenceEntry[members.Length];
        for (var i = 0; i < entries.Length; i++) entries[i] = PackedMember.Unpack(((ReadOnlyMemory<byte>)members[i].Element).Span, (long)members[i].Score);
        return entries;
    }

    private static UserSequence ToSequence(SortedSetEntry[] members)
    {
        if (members.Length == 0) return UserSequence.Empty;
        var whole = Whole(members);
        return new UserSequence(whole.Entries, whole.Digest);
    }

    /// <summary>One of the families of keys: newest by event time, as many as are kept, as long as they are.</summary>
    private sealed record Family(string Prefix, SortedSetWhen When, int Most, TimeSpan Expiry)
    {
        // No hash tag: every command names one key, which is all that Redis Cluster asks.
        public RedisKey Of(string userId) => Prefix + userId;

        public Task[] Add(IBatch batch, string userId, SortedSetEntry[] entries)
        {
            var key = Of(userId);
            return entries.Length == 0 ? [] :
            [
                batch.SortedSetAddAsync(key, entries, When), batch.SortedSetRemoveRangeByRankAsync(key, 0, -(Most + 1)), batch.KeyExpireAsync(key, Expiry),
            ];
        }
    }
}
