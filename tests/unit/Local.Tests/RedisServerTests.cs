using Driftline.Sequences;
using StackExchange.Redis;
using Xunit;
using static Driftline.Local.Tests.KafkaClients;

namespace Driftline.Local.Tests;

/// <summary>One Garnet for the tests of a class; they use keys of their own.</summary>
public sealed class GarnetFixture : IAsyncLifetime
{
    internal string Folder { get; } = Directory.CreateTempSubdirectory("driftline-redis-").FullName;
    internal RedisServer Server { get; private set; } = null!;
    internal ConnectionMultiplexer Redis { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await RedisServer.StartGarnetAsync(Folder, message => TestContext.Current.SendDiagnosticMessage(message));
        Redis = await ConnectionMultiplexer.ConnectAsync(Server.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await Redis.DisposeAsync();
        await Server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

public sealed class RedisServerTests(GarnetFixture garnet) : IClassFixture<GarnetFixture>
{
    private readonly string _folder = garnet.Folder;
    private readonly RedisServer _server = garnet.Server;
    private readonly ConnectionMultiplexer _redis = garnet.Redis;

    [Fact]
    public async Task GarnetKeepsSequences()
    {
        var store = new SequenceStore(_redis, new SequenceStoreOptions { MaxLength = 3 });
        SequenceEntry Entry(int time) => new(time, PackedMember.HashEventId($"e{time}"), SequenceEventType.Click, 1, 0, $"sku-{time}");
        UserEvents User(string id, params int[] times) => new(id, [.. times.Select(Entry)], [.. times.Select(time => new AttributeValue("ageBand", $"at {time}", time))]);

        var states = await store.AppendAsync([User("u1", 4, 2, 3, 1), User("u2", 7)]);
        Assert.Equal([new SequenceState(3, 4), new SequenceState(1, 7)], states);
        var first = await store.ReadAsync(["u1", "u2", "nobody"]);
        Assert.Equal([2L, 3L, 4L], first[0].Entries.Select(entry => entry.EventTime));
        Assert.Equal("sku-7", Assert.Single(first[1].Entries).ItemId);
        Assert.Empty(first[2].Entries);

        await store.AppendAsync([User("u1", 3, 4, 2, 1)]);
        Assert.Equal(first[0].Digest, (await store.ReadAsync(["u1"]))[0].Digest);
        Assert.NotNull(await _redis.GetDatabase().KeyTimeToLiveAsync("seq:u1"));
        Assert.Equal("at 4", (await store.ReadAttributesAsync(["u1"]))[0]["ageBand"]);
        await store.AppendAsync([new UserEvents("u1", [Entry(5) with { Type = SequenceEventType.Purchase }]), new UserEvents("u1", [Entry(2) with { Type = SequenceEventType.Purchase, ItemId = "sku-5" }])]);
        Assert.Equal([new SortedSetEntry("sku-5", 5)], await _redis.GetDatabase().SortedSetRangeByRankWithScoresAsync("purchased:u1"));
        await store.ForgetAsync("u1", long.MaxValue);
        Assert.False(await _redis.GetDatabase().KeyExistsAsync("purchased:u1"));
        Assert.Empty((await store.ReadAsync(["u1"]))[0].Entries);
    }

    [Fact]
    public async Task GarnetHoldsValuesAndDeliversMessages()
    {
        var database = _redis.GetDatabase();
        await database.StringSetAsync("a", "1", TimeSpan.FromMinutes(5));
        await database.StringSetAsync("b", "2");
        Assert.InRange((await database.KeyTimeToLiveAsync("a"))!.Value, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
        Assert.Null(await database.KeyTimeToLiveAsync("b"));
        Assert.Equal("2", await database.StringSetAndGetAsync("b", "3", TimeSpan.FromMinutes(5)));
        Assert.Equal("3", await database.StringGetDeleteAsync("b"));
        Assert.False(await database.KeyDeleteAsync("b"));
        Assert.Equal(["1", RedisValue.Null], await database.StringGetAsync(["a", "b"]));

        var heard = new TaskCompletionSource<string?>();
        await _redis.GetSubscriber().SubscribeAsync(RedisChannel.Literal("news"), (_, message) => heard.TrySetResult(message));
        Assert.Equal(1, await _redis.GetSubscriber().PublishAsync(RedisChannel.Literal("news"), "hello"));
        Assert.Equal("hello", await heard.Task.WaitAsync(Patience));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnInstalledServerKeepsAFullSequenceCompact(bool durable)
    {
        Needs.Program("redis-server");
        var folder = Directory.CreateDirectory(Path.Combine(_folder, $"durable-{durable}")).FullName;
        await using var server = durable ? await RedisServer.StartDurableAsync(folder, _ => { }) : await RedisServer.StartAsync(null, folder, _ => { });
        await using var redis = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var store = new SequenceStore(redis, new SequenceStoreOptions());
        UserEvents Full(int from) => new("u1", [.. Enumerable.Range(from, new SequenceStoreOptions().MaxLength).Select(time => new SequenceEntry(time, PackedMember.HashEventId($"e{time}"), SequenceEventType.Click, 1, 0, "sku-1"))]);

        await store.AppendAsync([Full(0)]);
        await store.AppendAsync([Full(10_000)]);

        Assert.NotEqual("skiplist", await redis.GetDatabase().KeyEncodingAsync("seq:u1"));
    }

    [Fact]
    public async Task AnOutsideServerIsUsedAsConfigured()
    {
        await using var outside = await RedisServer.StartAsync(_server.ConnectionString, _folder, _ => { });
        Assert.Equal(_server.ConnectionString, outside.ConnectionString);
        Assert.Null(outside.ProcessId);
    }

    [Fact]
    public async Task AnOutsideServerThatIsAwayIsNamed()
    {
        var configured = $"127.0.0.1:{FreePort.Find()},connectTimeout=200,password=secret";
        var away = await Assert.ThrowsAsync<InvalidOperationException>(() => RedisServer.StartAsync(configured, _folder, _ => { }));
        Assert.Contains(configured.Split(',')[0], away.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", away.Message, StringComparison.Ordinal);
    }
}
