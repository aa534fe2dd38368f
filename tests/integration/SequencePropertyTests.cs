using Driftline.Sequences;
using FsCheck;
using FsCheck.Fluent;
using StackExchange.Redis;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>
/// Any permutation, duplication and replay of a set of events, in batches of any size, gives the same sequence byte for byte: the newest
/// 256 entries by time, ties broken by the member's bytes. And the same bought items: those bought last, each with its newest purchase. Forgetting up to a
/// time leaves what later events alone would have made.
/// </summary>
public sealed class SequencePropertyTests
{
    private static readonly SequenceStoreOptions Options = new() { MaxPurchasedItems = 10 };

    [Fact]
    public async Task AnyDeliveryOfTheSameEventsGivesTheSameSequence()
    {
        var redis = await RedisForTests.ConnectAsync(); // before the property, which would take a skip for a failure
        Check.QuickThrowOnFailure(Prop.ForAll(Histories.Any(), history => HoldsAsync(redis, history)));
    }

    private static async Task HoldsAsync(IConnectionMultiplexer redis, History history)
    {
        var store = new SequenceStore(redis, Options);
        var scope = Guid.NewGuid().ToString("N");
        var states = new Dictionary<int, SequenceState>();
        var known = new Dictionary<int, KnownSequence?>();
        foreach (var batch in history.Batches)
        {
            var users = batch.GroupBy(shopped => shopped.User).ToList();
            var written = await store.AppendAsync([.. users.Select(user => Entries($"{scope}-{user.Key}", user))]);
            for (var i = 0; i < users.Count; i++) states[users[i].Key] = written[i];
            await ReadsOnAsync(store, [.. users.Select(user => user.Key)], scope, known);
        }

        foreach (var user in history.Events.GroupBy(shopped => shopped.User))
        {
            var id = $"{scope}-{user.Key}";
            var expected = Reference(user);
            Assert.Equal(expected, await StoredAsync(redis, id));
            Assert.Equal(new SequenceState(expected.Length, (long)expected[^1].Score), states[user.Key]);
            var read = Assert.Single(await store.ReadAsync([id]));
            Assert.Equal(expected.Select(member => PackedMember.Unpack((byte[])member.Element!, (long)member.Score)), read.Entries);
            Assert.Equal(Digest(expected), read.Digest);
            Assert.Equal(Attributes(user), Assert.Single(await store.ReadAttributesAsync([id])));
            Assert.Equal(Purchased(user), await redis.GetDatabase().SortedSetRangeByRankWithScoresAsync("purchased:" + id));
            await ForgetsByTimeAsync(redis, store, id, [.. user]);
            await store.ForgetAsync(id, long.MaxValue);
            Assert.Same(UserSequence.Empty, Assert.Single(await store.ReadAsync([id])));
            Assert.False(await redis.GetDatabase().KeyExistsAsync("purchased:" + id));
            Assert.Empty(Assert.Single(await store.ReadAttributesAsync([id])));
        }
    }

    /// <summary>A reader who knows what was there before a batch comes to what is there after it.</summary>
    private static async Task ReadsOnAsync(SequenceStore store, int[] users, string scope, Dictionary<int, KnownSequence?> known)
    {
        var whole = await store.ReadAsync([.. users.Select(user => $"{scope}-{user}")]);
        var readings = await store.ReadOnAsync([.. users.Select(user => ($"{scope}-{user}", known.GetValueOrDefault(user)))]);
        foreach (var (user, expected, reading) in users.Zip(whole, readings))
        {
            Assert.Equal((expected.Entries.Count, expected.Digest, expected.Entries[^1].EventTime), (reading.Length, reading.Digest, reading.NewestEventTime));
            Assert.Equal(reading.Appended ? expected.Entries.TakeLast(reading.Entries.Count) : expected.Entries, reading.Entries);
            known[user] = reading.Known;
        }
    }

    /// <summary>After it the state is that of later events alone, and stays so when these come again.</summary>
    private static async Task ForgetsByTimeAsync(IConnectionMultiplexer redis, SequenceStore store, string id, IReadOnlyList<Shopped> events)
    {
        var upTo = events[events.Count / 2].Time;
        var later = events.Where(shopped => shopped.Time > upTo).ToList();
        var expected = Reference(later);
        Assert.Equal(new SequenceState(expected.Length, expected is [.., var last] ? (long)last.Score : 0), await store.ForgetAsync(id, upTo));
        if (later.Count > 0) await store.AppendAsync([Entries(id, later)]);
        Assert.Equal(expected, await StoredAsync(redis, id));
        Assert.Equal(Attributes(later), Assert.Single(await store.ReadAttributesAsync([id])));
        Assert.Equal(Purchased(later), await redis.GetDatabase().SortedSetRangeByRankWithScoresAsync("purchased:" + id));
        var held = await store.ReadAllAsync(id);
        Assert.Equal(expected.Select(member => PackedMember.Unpack((byte[])member.Element!, (long)member.Score)), held.Entries);
        Assert.Equal(Purchased(later).Select(bought => ((string)bought.Element!, (long)bought.Score)), held.Purchases);
    }

    [Fact]
    public async Task AnEmptyBatchChangesNothing()
    {
        var redis = await RedisForTests.ConnectAsync();
        var store = new SequenceStore(redis, Options);
        var user = Guid.NewGuid().ToString("N");

        Assert.Empty(await store.AppendAsync([]));
        Assert.Equal([new SequenceState(0, 0)], await store.AppendAsync([new UserEvents(user, [])]));
        Assert.Empty(await store.ReadAsync([]));
        Assert.False(await redis.GetDatabase().KeyExistsAsync("seq:" + user));
    }

    [Fact]
    public async Task AnAppendRenewsTheExpiry()
    {
        var redis = await RedisForTests.ConnectAsync();
        var store = new SequenceStore(redis, Options);
        var shopped = new Shopped(0, 0, 1, SequenceEventType.Click, 1);
        var user = Guid.NewGuid().ToString("N");

        await store.AppendAsync([Entries(user, [shopped])]);
        await redis.GetDatabase().KeyExpireAsync("seq:" + user, TimeSpan.FromMinutes(1));
        await store.AppendAsync([Entries(user, [shopped])]);

        var left = await redis.GetDatabase().KeyTimeToLiveAsync("seq:" + user);
        Assert.InRange(left!.Value, Options.Expiry - TimeSpan.FromMinutes(1), Options.Expiry);
        await store.ForgetAsync(user, long.MaxValue);
    }

    [Fact]
    public async Task AKeyThatIsNoSequenceIsRefusedByName()
    {
        var redis = await RedisForTests.ConnectAsync();
        var user = Guid.NewGuid().ToString("N");
        await redis.GetDatabase().SortedSetAddAsync("seq:" + user, "written by another program", 1);

        await Assert.ThrowsAsync<FormatException>(() => new SequenceStore(redis, Options).ReadAsync([user]));

        await redis.GetDatabase().KeyDeleteAsync("seq:" + user);
    }

    private static UserEvents Entries(string user, IEnumerable<Shopped> events) =>
        new(user, [.. events.SelectMany(shopped => shopped.Entries())], [.. events.Select(Said)]);

    // Two attributes, few values, many ties on the time.
    private static AttributeValue Said(Shopped shopped) => new(shopped.Number % 2 == 0 ? "ageBand" : "é\0", $"value {shopped.Number % 3}", shopped.Time);

    /// <summary>What the store must hold, worked out without a server.</summary>
    private static SortedSetEntry[] Reference(IEnumerable<Shopped> events) =>
    [
        .. events.SelectMany(shopped => shopped.Entries()).Distinct()
            .Select(entry => (Time: entry.EventTime, Member: PackedMember.Pack(entry)))
            .Order(Comparer<(long Time, byte[] Member)>.Create((one, other) =>
                one.Time != other.Time ? one.Time.CompareTo(other.Time) : one.Member.AsSpan().SequenceCompareTo(other.Member)))
            .TakeLast(Options.MaxLength)
            .Select(entry => new SortedSetEntry(entry.Member, entry.Time)),
    ];

    private static Dictionary<string, string> Attributes(IEnumerable<Shopped> events) => events.Select(Said)
        .GroupBy(said => said.Name, (name, values) => (Name: name, Newest: values.OrderBy(said => said.EventTime).ThenBy(said => said.Value, StringComparer.Ordinal).Last()))
        .ToDictionary(attribute => attribute.Name, attribute => attribute.Newest.Value);

    private static SortedSetEntry[] Purchased(IEnumerable<Shopped> events) =>
    [
        .. events.SelectMany(shopped => shopped.Entries()).Where(entry => entry.Type == SequenceEventType.Purchase)
            .GroupBy(entry => entry.ItemId, (item, purchases) => (Time: purchases.Max(entry => entry.EventTime), Item: item))
            .OrderBy(item => item.Time).ThenBy(item => item.Item, StringComparer.Ordinal)
            .TakeLast(Options.MaxPurchasedItems)
            .Select(item => new SortedSetEntry(item.Item, item.Time)),
    ];

    private static Task<SortedSetEntry[]> StoredAsync(IConnectionMultiplexer redis, string user) =>
        redis.GetDatabase().SortedSetRangeByRankWithScoresAsync("seq:" + user);

    private static long Digest(IEnumerable<SortedSetEntry> members)
    {
        var digest = new SequenceDigest();
        foreach (var member in members) digest.Add((byte[])member.Element!);
        return digest.Value;
    }
}
