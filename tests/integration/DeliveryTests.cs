using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using driftline.events;
using Driftline.Local;
using Driftline.Streaming;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>
/// The consumer loop against a broker: what it hands over when members come, go or break off, and when the broker is away. Every test has its
/// own topic and group, since the broker is shared and remembers.
/// </summary>
public sealed class DeliveryTests : IAsyncLifetime
{
    private const int Partitions = 6;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly string _topic = $"delivery.{Guid.NewGuid():N}";
    private readonly ConcurrentDictionary<string, int> _handled = new(StringComparer.Ordinal);
    private OutsideForTests _outside = null!;
    private Stack _stack = null!;

    public async ValueTask InitializeAsync()
    {
        _outside = await OutsideForTests.ResolveAsync(ownBroker: false);
        _stack = await Stack.StartAsync(
            new StackOptions
            {
                BootstrapServers = _outside.BootstrapServers,
                SchemaRegistryUrl = _outside.SchemaRegistryUrl,
                RedisConnectionString = _outside.RedisConnectionString,
            },
            _ => { }, CancellationToken.None);
        await TopicSetup.CreateAsync(_stack.Broker, new ClientConfig { BootstrapServers = _stack.BootstrapServers }, [_topic, Rejected], Partitions);
        using var registry = new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = _stack.SchemaRegistryUrl });
        await registry.RegisterSchemaAsync(_topic + "-value", new Schema(SequenceUpdated._SCHEMA.ToString(), SchemaType.Avro));
    }

    public async ValueTask DisposeAsync()
    {
        await _stack.DisposeAsync();
        await _outside.DisposeAsync();
    }

    private string Rejected => _topic + ".rejected";

    [Fact]
    public async Task WhatWasHandledButNotStoredComesAgainToTheNextMember()
    {
        await ProduceAsync(0, 200);
        var broken = new TaskCompletionSource();
        using (var first = await StartAsync(_ =>
        {
            broken.TrySetResult();
            throw new IOException("the effect is durable, the member ends before it can say so");
        }))
        {
            await broken.Task.WaitAsync(Limit);
            await first.StopAsync();
        }

        Assert.NotEmpty(_handled);
        _handled.Clear(); // from here on the second's alone
        using var second = await StartAsync(_ => { });
        await UntilAsync(() => _handled.Count == 200);
    }

    [Fact]
    public async Task AMemberThatStopsCleanlyLeavesNothingToRepeat()
    {
        await ProduceAsync(0, 500);
        using (var first = await StartAsync(_ => { }))
        {
            await UntilAsync(() => _handled.Count == 500);
            await first.StopAsync();
        }

        await ProduceAsync(500, 10);
        using var second = await StartAsync(_ => { });
        await UntilAsync(() => _handled.Count == 510);
        await second.StopAsync();
        Assert.All(_handled, record => Assert.Equal(1, record.Value));
    }

    [Fact]
    public async Task MembersComeAndGoUnderLoadAndEveryRecordIsHandled()
    {
        const int Count = 4_000;
        using var first = await StartAsync(_ => { });
        var producing = ProduceAsync(0, Count);
        await UntilAsync(() => _handled.Count > Count / 10);
        using var second = await StartAsync(_ => { });
        await UntilAsync(() => _handled.Count > Count / 2);
        await first.StopAsync();
        await producing;
        await UntilAsync(() => _handled.Count == Count);
    }

    [Theory]
    [InlineData(null, 300)]
    [InlineData(60, 60)]
    public async Task ATableIsReadyWithTheNewestOfEachPartitionAndTakesAllThatFollows(int? newest, int first)
    {
        await ProduceAsync(0, 300);
        using var host = TableHost(newest: newest);
        await host.StartAsync();

        await host.Services.GetRequiredService<TableReader<SequenceUpdated>>().CaughtUp.WaitAsync(Limit);
        var read = host.Services.GetRequiredService<Positions>().Read;
        Assert.Equal(first, read.Count);
        if (newest is not null) Assert.All(read.CountBy(one => one.Partition), partition => Assert.Equal(first / Partitions, partition.Value));

        await ProduceAsync(300, 200);
        await UntilAsync(() => read.Count == first + 200);
        foreach (var partition in read.GroupBy(one => one.Partition)) // it goes on where what was read at the start ended: that was the newest
            Assert.Equal(Enumerable.Range(0, partition.Count()).Select(i => partition.First().Offset + i), partition.Select(one => one.Offset));
        await host.StopAsync();
    }

    [Fact]
    public async Task ATablePassesOverWhatIsNoRecordOfItsOwnAndWhatItCannotApply()
    {
        var good = await EncodedAsync("good");
        await ProduceRawAsync(("1", good), ("2", [9, 9, 9]), ("3", [0, 127, 255, 255, 255, .. good[5..]]), (Positions.Impossible, good), ("5", good)); // the third of a schema that nobody registered
        using var logged = new TableLog();
        using var host = TableHost(logged);
        await host.StartAsync();

        var reader = host.Services.GetRequiredService<TableReader<SequenceUpdated>>();
        await reader.CaughtUp.WaitAsync(Limit);

        Assert.Equal([0, 4], host.Services.GetRequiredService<Positions>().Read.Select(one => one.Offset.Value));
        Assert.Equal(3, logged.Events.Count(name => name == TableLog.Skipped));
        Assert.False(reader.ExecuteTask!.IsCompleted);
        await host.StopAsync();
    }

    [Fact]
    public async Task ATableWaitsForARegistryThatIsAwayAndSkipsNothing()
    {
        await ProduceRawAsync(("1", await EncodedAsync("1")));
        var away = true;
        using var behind = new HttpClient { BaseAddress = new Uri(_stack.SchemaRegistryUrl) };
        await using var registry = WebApplication.CreateSlimBuilder().Build();
        registry.Urls.Add("http://127.0.0.1:0");
        registry.Run(async request =>
        {
            if (away) request.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            else await request.Response.WriteAsync(await behind.GetStringAsync(request.Request.Path + request.Request.QueryString.Value));
        });
        await registry.StartAsync();
        using var logged = new TableLog();
        using var host = TableHost(logged, null, ("SchemaRegistry:Url", registry.Urls.Single()), ("SchemaRegistry:Client:MaxRetries", "1"), ("SchemaRegistry:Client:RetriesWaitMs", "1"));
        await host.StartAsync();
        var (caughtUp, read) = (host.Services.GetRequiredService<TableReader<SequenceUpdated>>().CaughtUp, host.Services.GetRequiredService<Positions>().Read);
        await UntilAsync(() => logged.Events.Contains(TableLog.Waiting));
        Assert.Empty(read);
        Assert.False(caughtUp.IsCompleted);

        away = false;
        await caughtUp.WaitAsync(Limit);

        Assert.Single(read);
        Assert.DoesNotContain(TableLog.Skipped, logged.Events);
        await host.StopAsync();
    }

    [Fact]
    public async Task ABrokerThatGoesAwayAndComesBackLosesNothing()
    {
        Assert.SkipWhen(_stack.Broker is null, "An outside cluster cannot be taken down by a test.");
        using var member = await StartAsync(_ => { });
        await ProduceAsync(0, 300);
        await UntilAsync(() => _handled.Count == 300);
        _stack.Broker.SetDown(1);
        var producing = ProduceAsync(300, 300);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.False(producing.IsCompleted, "records were acknowledged by a broker that is down");
        _stack.Broker.SetUp(1);
        await producing;
        await UntilAsync(() => _handled.Count == 600);
    }

    [Fact]
    public async Task APoisonRecordIsKeptAsItWasAndItsNeighboursAreHandled()
    {
        await ProduceAsync(0, 20);
        await ProduceRawAsync(("poison", [9, 9, 9]));
        await ProduceAsync(20, 20);

        using var member = await StartAsync(_ => { });
        await UntilAsync(() => _handled.Count == 40);
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
        {
            BootstrapServers = _stack.BootstrapServers,
            GroupId = _topic + ".check",
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Subscribe(Rejected);
        var letter = consumer.Consume(Limit);
        consumer.Close();
        Assert.NotNull(letter);
        Assert.Equal([9, 9, 9], letter.Message.Value);
    }

    [Fact]
    public async Task ACommittedOffsetThatTheBrokerDoesNotHaveIsNoReasonToSkipRecords()
    {
        await ProduceAsync(0, 60);
        using var other = CommittedBeyondTheEnd();

        using var member = await StartAsync(_ => { });

        await UntilAsync(() => _handled.Count == 60);
        await UntilAsync(() => other.Committed(Limit).Sum(partition => partition.Offset) == 60);
    }

    [Fact]
    public async Task WhereACommittedOffsetIsGoneTheOneToGoOnAtIsCommittedThoughNothingIsWritten()
    {
        using var other = CommittedBeyondTheEnd();

        using var member = await StartAsync(_ => { });

        await UntilAsync(() => other.Committed(Limit).TrueForAll(partition => partition.Offset == 0));
        await member.StopAsync();
    }

    [Fact]
    public async Task AReplayPassesOverWhatCannotBeHandledAndHandlesItsNeighbours()
    {
        await ProduceAsync(0, 50);
        var done = new HashSet<string>();
        using var host = Configured(_ => { }).Build();
        var replay = host.Services.GetRequiredService<TopicReplay>();

        var read = await replay.RunAsync(_topic, new RecordEffect(new Effect(_handled, batch =>
        {
            if (batch.Any(record => record.Key == "7")) throw new FormatException("7 cannot be handled");
            done.UnionWith(batch.Select(record => record.Key!));
        })), CancellationToken.None);

        Assert.Equal(50, read);
        Assert.Equal(Enumerable.Range(0, 50).Where(i => i != 7).Select(i => i.ToString(CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal), done.Order(StringComparer.Ordinal));
        await Assert.ThrowsAsync<FormatException>(() => replay.RunAsync(_topic, new RecordEffect(new Effect(_handled, _ => throw new FormatException("no record's fault"))), CancellationToken.None));
    }

    [Fact]
    public async Task AReplayEndsWhereTheTopicEndedAtItsStart()
    {
        await ProduceAsync(0, 50);
        using var host = Configured(_ => { }).Build();
        var more = new Lazy<Task>(() => ProduceAsync(50, 50));

        var read = await host.Services.GetRequiredService<TopicReplay>().RunAsync(_topic, new RecordEffect(new Effect(_handled, _ => more.Value.GetAwaiter().GetResult())), CancellationToken.None);

        Assert.Equal(50, read);
        Assert.Equal(Enumerable.Range(0, 50), _handled.Keys.Select(key => int.Parse(key, CultureInfo.InvariantCulture)).Order());
    }

    /// <summary>Whoever asks it learns what the loop's group has committed.</summary>
    private IConsumer<Ignore, Ignore> CommittedBeyondTheEnd()
    {
        var other = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = _stack.BootstrapServers, GroupId = _topic + ".group", EnableAutoCommit = false }).Build();
        TopicPartitionOffset[] beyond = [.. Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(_topic, partition, 1_000_000))];
        other.Commit(beyond);
        other.Assign(beyond);
        return other;
    }

    private async Task<IHost> StartAsync(Action<IReadOnlyList<Received<SequenceUpdated>>> afterEffect)
    {
        var host = Configured(afterEffect).Build();
        await host.StartAsync();
        return host;
    }

    private HostApplicationBuilder Configured(Action<IReadOnlyList<Received<SequenceUpdated>>> afterEffect)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(_stack.Settings().ToDictionary(pair => pair.Key.Replace("__", ":", StringComparison.Ordinal), pair => (string?)pair.Value));
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Loop:MaxBatchRecords"] = "100", ["Loop:MaxBackoff"] = "00:00:00.200" });
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Services.AddStreaming("delivery-test", Rejected);
        builder.Services.AddSingleton(new Effect(_handled, afterEffect));
        builder.Services.AddConsumerLoop<SequenceUpdated, RecordEffect>(_topic, _topic + ".group", "Loop");
        return builder;
    }

    /// <summary>A host with a table of the topic, and no loop.</summary>
    private IHost TableHost(TableLog? log = null, int? newest = null, params (string Key, string Value)[] settings)
    {
        var builder = Configured(_ => { });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(one => one.Key, one => (string?)one.Value));
        if (log is not null) builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Warning);
        builder.Services.RemoveAll<IHostedService>();
        builder.Services.AddTable<SequenceUpdated, Positions>(_topic, _ => newest);
        return builder.Build();
    }

    /// <summary>Records as they are, on partition 0, in order.</summary>
    private async Task ProduceRawAsync(params (string Key, byte[] Value)[] records)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = _stack.BootstrapServers }).Build();
        foreach (var (key, value) in records) await producer.ProduceAsync(new TopicPartition(_topic, 0), new Message<string, byte[]> { Key = key, Value = value });
    }

    private async Task<byte[]> EncodedAsync(string user)
    {
        using var registry = new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = _stack.SchemaRegistryUrl });
        return await new AvroCodec(registry).EncodeAsync(_topic, Sequence(user));
    }

    private static SequenceUpdated Sequence(string user) => new() { userId = user, length = 1, attributes = new Dictionary<string, string>() };

    private async Task ProduceAsync(int from, int count)
    {
        using var registry = new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = _stack.SchemaRegistryUrl });
        var codec = new AvroCodec(registry);
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = _stack.BootstrapServers, EnableIdempotence = true }).Build();
        var sends = new List<Task>(count);
        for (var i = from; i < from + count; i++)
        {
            var value = Sequence(i.ToString(CultureInfo.InvariantCulture));
            sends.Add(producer.ProduceAsync(_topic, new Message<string, byte[]> { Key = value.userId, Value = await codec.EncodeAsync(_topic, value) }));
        }

        await Task.WhenAll(sends);
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        var deadline = DateTime.UtcNow + Limit;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, $"only {_handled.Count} records were handled within {Limit}");
            await Task.Delay(10);
        }
    }

    private sealed class Positions : ITable<SequenceUpdated>
    {
        /// <summary>The key of a record that it cannot apply.</summary>
        public const string Impossible = "impossible";

        public ConcurrentQueue<TopicPartitionOffset> Read { get; } = [];

        public void Apply(Received<SequenceUpdated> record)
        {
            if (record.Key == Impossible) throw new InvalidOperationException("it cannot be applied");
            Read.Enqueue(record.Position);
        }
    }

    /// <summary>Names of the events that were logged.</summary>
    private sealed class TableLog : ILoggerProvider, ILogger
    {
        public const string Skipped = "streaming.table.skipped", Waiting = "streaming.table.waiting";

        public ConcurrentQueue<string> Events { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Events.Enqueue(eventId.Name ?? "");
    }

    private sealed record Effect(ConcurrentDictionary<string, int> Handled, Action<IReadOnlyList<Received<SequenceUpdated>>> After);

    /// <summary>Counts each record's effect, then does what the test says.</summary>
    private sealed class RecordEffect(Effect effect) : IBatchHandler<SequenceUpdated>
    {
        public Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<SequenceUpdated>> batch, CancellationToken stopping)
        {
            foreach (var record in batch) effect.Handled.AddOrUpdate(record.Key!, 1, (_, times) => times + 1);
            effect.After(batch);
            return Task.FromResult<IReadOnlyList<Outcome>>(new Outcome[batch.Count]);
        }
    }
}
