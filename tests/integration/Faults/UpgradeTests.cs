using System.Buffers.Binary;
using System.Text;
using Avro.Generic;
using Avro.IO;
using Avro.Specific;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using driftline.events;
using Driftline.Local;
using Driftline.Local.Endurance;
using Driftline.Schemas;
using Driftline.Sequences;
using Driftline.Streaming;
using StackExchange.Redis;
using Xunit;

namespace Driftline.Integration.Tests.Faults;

/// <summary>
/// A rolling restart of every service under load, while others write the same topics with the released older schema and with a newer one: what a deployment in
/// parts looks like to each stage.
/// </summary>
public sealed class UpgradeTests : IAsyncLifetime
{
    private const int EventsPerUser = 100; // fewer than a sequence holds
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20); // of each writer, between two events
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private readonly Dictionary<string, List<ulong>> _accepted = new(StringComparer.Ordinal);
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private Pipeline _pipeline = null!;
    private CachedSchemaRegistryClient _registry = null!;
    private IProducer<byte[], byte[]> _producer = null!;

    public async ValueTask InitializeAsync()
    {
        _pipeline = await Pipeline.StartAsync();
        _registry = new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = _pipeline.Stack.SchemaRegistryUrl });
        _producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = _pipeline.Stack.BootstrapServers }).Build();
    }

    public async ValueTask DisposeAsync()
    {
        _producer?.Dispose();
        _registry?.Dispose();
        if (_pipeline is not null) await _pipeline.DisposeAsync();
    }

    [Fact]
    public async Task ARollingRestartBetweenAnOlderAndANewerSchemaLosesNothing()
    {
        using var stop = new CancellationTokenSource();
        var traffic = Task.WhenAll(OverHttpAsync(stop.Token), FromANewerStorefrontAsync(stop.Token), FromAnOlderFeatureBuilderAsync(stop.Token));
        foreach (var service in LocalService.All)
        {
            var before = _pipeline.Stack.ProcessIdOf(service.Name);
            Assert.True(Signal.Send(before, Signal.Terminate));
            await UntilAsync(() => _pipeline.Stack.ProcessIdOf(service.Name) != before, $"{service.Name} was not started again");
            await _pipeline.Stack.WaitUntilReadyAsync(CancellationToken.None);
        }

        await stop.CancelAsync();
        await traffic;

        Assert.All(new[] { "http", "newer", "triggered" }, kind => Assert.Contains(_accepted.Keys, user => user.Contains(kind, StringComparison.Ordinal)));
        await using var redis = await ConnectionMultiplexer.ConnectAsync(_pipeline.Stack.RedisConnectionString);
        var (missing, behind, _) = await Honoured.WaitAsync(_accepted, redis, TimeSpan.FromSeconds(60), CancellationToken.None);
        Assert.Equal((0, 0), (missing, behind));
        await AnOlderPredictorsUpdateIsServedAsync(redis.GetDatabase());
        Assert.Empty(Rejected());
    }

    /// <summary>Each request again until its 202, as a storefront does while the ingestor restarts.</summary>
    private async Task OverHttpAsync(CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var (id, user) = ($"{_run}-http-{i}", $"{_run}-http-{i / EventsPerUser}");
            var body = $$"""{"eventId":"{{id}}","eventType":"click","userId":"{{user}}","items":[{"itemId":"{{Item(i)}}"}]}""";
            await UntilAsync(async () =>
            {
                try
                {
                    return (await _pipeline.PostEventsAsync(body)).Status == 202;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            }, "no 202");
            Note(user, id);
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    /// <summary>A storefront that writes the topic itself, with a field that no service knows yet.</summary>
    private async Task FromANewerStorefrontAsync(CancellationToken stop)
    {
        var (newer, id) = await RegisterAsync(Topics.StorefrontEvents, With(StorefrontEvent._SCHEMA, "addedLater"));
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var one = Event($"{_run}-newer-{i}", $"{_run}-newer-{i / EventsPerUser}", i);
            await ProduceAsync(Topics.StorefrontEvents.Name, one.userId, As(one, newer, id));
            Note(one.userId, one.eventId);
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    /// <summary>Events with today's schema, each followed by a trigger as the first release of the feature-builder wrote it.</summary>
    private async Task FromAnOlderFeatureBuilderAsync(CancellationToken stop)
    {
        var (older, id) = await RegisterAsync(Topics.SequenceUpdates, Released(nameof(SequenceUpdated)));
        var codec = new AvroCodec(_registry);
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var one = Event($"{_run}-triggered-{i}", $"{_run}-triggered-{i / EventsPerUser}", i);
            await ProduceAsync(Topics.StorefrontEvents.Name, one.userId, await codec.EncodeAsync(Topics.StorefrontEvents.Name, one));
            var trigger = new SequenceUpdated { userId = one.userId, length = 1, eventCount = 1, newestEventTime = one.eventTime, newestReceivedAt = one.receivedAt, attributes = new Dictionary<string, string>() };
            await ProduceAsync(Topics.SequenceUpdates.Name, one.userId, As(trigger, older, id));
            Note(one.userId, one.eventId);
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private async Task AnOlderPredictorsUpdateIsServedAsync(IDatabase redis)
    {
        var (older, id) = await RegisterAsync(Topics.InterestUpdates, Released(nameof(InterestUpdated)));
        var update = await new AvroCodec(_registry).DecodeAsync<InterestUpdated>(Topics.InterestUpdates.Name, (byte[])(await redis.StringGetAsync($"interest:{_run}-http-0"))!);
        update.userId = $"{_run}-older";
        await ProduceAsync(Topics.InterestUpdates.Name, update.userId, As(update, older, id));

        var answer = await _pipeline.AskUntilAsync($"/v1/users/{update.userId}/interests", Limit, _ => true);
        Assert.Equal(update.sequenceLength, answer.GetProperty("sequenceLength").GetInt32());
        await _pipeline.AskUntilAsync($"/v1/users/{update.userId}/recommendations?count=5", Limit, served => served.GetProperty("items").GetArrayLength() == 5);
    }

    /// <summary>This run's records that a stage refused, each with its topic and why. What a refused trigger should have led to, the present feature-builder's own leads to as well.</summary>
    private IEnumerable<string> Rejected() => HeldAbout.Records(_pipeline.Stack.BootstrapServers, Topics.StorefrontEventsRejected.Name)
        .Where(record => record.Key?.StartsWith(_run, StringComparison.Ordinal) == true && record.Headers.TryGetLastBytes("dl_topic", out _))
        .Select(record => $"{Encoding.UTF8.GetString(record.Headers.GetLastBytes("dl_topic"))}: {Encoding.UTF8.GetString(record.Headers.GetLastBytes("dl_error"))}");

    private string Item(int i) => _pipeline.Items[i % _pipeline.Items.Count].ItemId;

    private StorefrontEvent Event(string id, string user, int i)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return new StorefrontEvent
        {
            eventId = id,
            userId = user,
            eventTime = now,
            receivedAt = now,
            payload = new Click { items = [new EventItem { itemId = Item(i), quantity = 1 }] },
            attributes = new Dictionary<string, string>(),
        };
    }

    private void Note(string user, string eventId)
    {
        lock (_accepted)
        {
            if (!_accepted.TryGetValue(user, out var hashes)) _accepted.Add(user, hashes = []);
            hashes.Add(PackedMember.HashEventId(eventId));
        }
    }

    private async Task<(Avro.Schema Schema, int Id)> RegisterAsync(Topic topic, string schema) =>
        (Avro.Schema.Parse(schema), await _registry.RegisterSchemaAsync(topic.Subject, new Schema(schema, SchemaType.Avro)));

    private static string Released(string record) => File.ReadAllText(Path.Combine(Checkout.Root, "schemas", "released", record, "v1.avsc"));

    private static string With(Avro.Schema schema, string field)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(schema.ToString())!;
        json["fields"]!.AsArray().Add(System.Text.Json.Nodes.JsonNode.Parse($$"""{"name":"{{field}}","type":["null","string"],"default":null}"""));
        return json.ToJsonString();
    }

    /// <summary>The record as a program with another version of its schema writes it.</summary>
    private static byte[] As<T>(T record, Avro.Schema other, int id) where T : ISpecificRecord
    {
        using var own = new MemoryStream();
        new SpecificDatumWriter<T>(record.Schema).Write(record, new BinaryEncoder(own));
        own.Position = 0;
        var converted = new GenericDatumReader<GenericRecord>(record.Schema, other).Read(null!, new BinaryDecoder(own));
        using var bytes = new MemoryStream();
        Span<byte> header = stackalloc byte[5];
        BinaryPrimitives.WriteInt32BigEndian(header[1..], id);
        bytes.Write(header);
        new GenericDatumWriter<GenericRecord>(other).Write(converted, new BinaryEncoder(bytes));
        return bytes.ToArray();
    }

    private async Task ProduceAsync(string topic, string user, byte[] value) =>
        await _producer.ProduceAsync(topic, new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(user), Value = value });

    private static Task UntilAsync(Func<bool> condition, string otherwise) => UntilAsync(() => Task.FromResult(condition()), otherwise);

    private static async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        var deadline = DateTime.UtcNow + Limit;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, otherwise);
            await Task.Delay(20);
        }
    }
}
