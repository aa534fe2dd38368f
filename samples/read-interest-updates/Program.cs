// A downstream service (CRM, ads, search) in one file: follow interest.updates and act on rising interest.
//
//   dotnet run --project samples/read-interest-updates -- BOOTSTRAP_SERVERS SCHEMA_REGISTRY_URL [COUNT]
//
// It joins its own consumer group, so it neither disturbs nor is disturbed by Driftline; a restart goes on where it stopped.
using Confluent.Kafka;
using Confluent.Kafka.SyncOverAsync;
using Confluent.SchemaRegistry;
using Confluent.SchemaRegistry.Serdes;
using driftline.events;

if (args.Length < 2)
{
    Console.Error.WriteLine("Give the brokers and the Schema Registry's URL, as the local run prints them: BOOTSTRAP_SERVERS SCHEMA_REGISTRY_URL [COUNT]");
    return 2;
}

var count = args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : int.MaxValue;
using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stopping.Cancel();
};

using var registry = new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = args[1] });
using var consumer = new ConsumerBuilder<string, InterestUpdated>(new ConsumerConfig
{
    BootstrapServers = args[0],
    GroupId = "sample-crm",
    AutoOffsetReset = AutoOffsetReset.Earliest,
    EnableAutoOffsetStore = false, // stored below, once the update has been acted on
})
    .SetValueDeserializer(new AvroDeserializer<InterestUpdated>(registry).AsSyncOverAsync())
    .Build();
consumer.Subscribe("interest.updates");

try
{
    while (count-- > 0)
    {
        ConsumeResult<string, InterestUpdated> record;
        try
        {
            record = consumer.Consume(stopping.Token);
        }
        catch (ConsumeException e) when (e.Error.Code == ErrorCode.Local_ValueDeserialization)
        {
            // No update, or the registry is away: which of both a real service would find out before it goes on, for what is passed over is not read again.
            Console.Error.WriteLine($"{e.ConsumerRecord.TopicPartitionOffset} cannot be read, and is passed over: {e.InnerException?.Message ?? e.Message}");
            consumer.StoreOffset(new TopicPartitionOffset(e.ConsumerRecord.TopicPartition, e.ConsumerRecord.Offset + 1));
            continue;
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            Console.Error.WriteLine($"{e.Error.Reason}; the client tries again"); // no topic yet, or no broker
            count++;
            continue;
        }

        if (record.Message.Value is not { } update)
            Console.WriteLine($"{record.Message.Key}: erased, forget them"); // a tombstone
        else if (update.rising is [var top, ..])
            Console.WriteLine($"{update.userId}: rising {top.category} (+{top.delta:P0}), drift {update.drift:F2}, model {update.modelVersion}");
        else
            Console.WriteLine($"{update.userId}: steady, drift {update.drift:F2}, model {update.modelVersion}");
        consumer.StoreOffset(record);
    }
}
catch (OperationCanceledException) { }

consumer.Close();
return 0;
