using System.Diagnostics;
using Avro.Specific;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using driftline.events;
using Driftline.AvroBinary;
using Driftline.Bench.EndToEnd;
using Driftline.Local;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Bench.Stages;

/// <summary>Writes records to a stack's topics as the services write them, before any service runs.</summary>
internal sealed class TopicFill : IDisposable
{
    private const int Items = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly IConsumer<Ignore, Ignore> _looking;
    private readonly CachedSchemaRegistryClient _registry;
    private readonly AvroCodec _codec;
    private Error? _failure;

    public TopicFill(Stack stack)
    {
        _producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = stack.BootstrapServers,
            LingerMs = 20,
            BatchSize = 1 << 20,
            CompressionType = CompressionType.Lz4,
            EnableIdempotence = true,
            DeliveryReportFields = "none",
            QueueBufferingMaxMessages = 1_000_000,
        }).Build();
        _looking = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = stack.BootstrapServers, GroupId = "driftline.bench.fill" }).Build();
        _registry = new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = stack.SchemaRegistryUrl });
        _codec = new AvroCodec(_registry);
    }

    public async Task SendAsync<T>(string topic, string key, T value, CloudEvent attributes) where T : class, ISpecificRecord, IBinaryRecord<T>
    {
        var record = OutgoingRecord.Of(key, await _codec.EncodeAsync(topic, value), attributes);
        record.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"u8.ToArray());
        while (true)
        {
            try
            {
                _producer.Produce(topic, new Message<byte[]?, byte[]?> { Key = record.Key, Value = record.Value, Headers = record.Headers }, report =>
                {
                    if (report.Error.IsError) _failure = report.Error;
                });
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                _producer.Poll(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    /// <summary>Fills <c>storefront.events</c> with shoppers' actions, eight clicks to a cart and a purchase, of users and items by Zipf's law.</summary>
    public async Task EventsAsync(int events, int users, int partitions)
    {
        var random = new Random(1);
        var (userLaw, itemLaw) = (new ZipfLaw(users), new ZipfLaw(Items));
        var topic = Topics.StorefrontEvents.Name;
        for (var i = 0; i < events; i++)
        {
            var now = DateTimeOffset.UtcNow;
            var (user, id) = ($"shopper-{userLaw.Draw(random)}", $"bench-{i:0000000000}");
            IList<EventItem> items = [new EventItem { itemId = $"sku-{itemLaw.Draw(random)}", quantity = 1, price = 19.90 }];
            await SendAsync(topic, user, new StorefrontEvent
            {
                eventId = id,
                userId = user,
                eventTime = now.ToUnixTimeMilliseconds(),
                receivedAt = now.ToUnixTimeMilliseconds(),
                payload = (i % 10) switch { 7 => new AddToCart { items = items }, 8 => new Purchase { items = items }, _ => new Click { items = items } },
                attributes = new Dictionary<string, string>(),
            }, new CloudEvent(id, "/driftline/ingestor", "driftline.storefront.click", now));
        }

        Finish(topic, partitions, events);
    }

    /// <summary>Waits for the broker, and makes sure that it still has everything: the test broker keeps 5 MiB of a partition and drops the oldest.</summary>
    public void Finish(string topic, int partitions, long records)
    {
        var started = Stopwatch.GetTimestamp();
        while (_producer.Flush(TimeSpan.FromSeconds(1)) > 0)
            if (Stopwatch.GetElapsedTime(started) > Patience) throw new TimeoutException("The broker did not take the records.");
        if (_failure is not null) throw new InvalidOperationException($"The broker refused a record: {_failure.Reason}");
        var kept = Enumerable.Range(0, partitions).Select(partition => _looking.QueryWatermarkOffsets(new TopicPartition(topic, partition), Patience)).Sum(marks => marks.High.Value - marks.Low.Value);
        if (kept != records) throw new InvalidOperationException($"The broker holds {kept} of {records} records of {topic}: it keeps 5 MiB of a partition. Take fewer records.");
    }

    public void Dispose()
    {
        _looking.Dispose();
        _producer.Dispose();
        _registry.Dispose();
    }
}
