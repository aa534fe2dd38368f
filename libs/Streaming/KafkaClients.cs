using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Driftline.Streaming;

/// <summary>Makes Confluent's clients from configuration. What guards delivery is set here, after configuration, and cannot be overridden.</summary>
public sealed class KafkaClients(IOptions<KafkaOptions> options, IConfiguration configuration, ILogger<KafkaClients> log)
{
    private readonly TaskCompletionSource _producerFailed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Fails once a producer is beyond repair: it refuses every record from then on.</summary>
    internal Task ProducerFailed => _producerFailed.Task;

    /// <summary>An admin client for metadata.</summary>
    public IAdminClient Admin() => new AdminClientBuilder(Bind(new AdminClientConfig(), "Admin")).SetLogHandler(Quiet).Build();

    internal IProducer<byte[]?, byte[]?> Producer()
    {
        var config = Bind(new ProducerConfig { LingerMs = 1, CompressionType = CompressionType.Lz4, MessageTimeoutMs = 30_000 }, "Producer");
        config.Acks = Acks.All;
        config.EnableIdempotence = true;
        config.DeliveryReportFields = "key"; // all that Delivery looks at beside the error
        return new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler(Quiet).SetErrorHandler((_, e) => ProducerError(e)).Build();
    }

    /// <summary>
    /// A group member. <c>auto.offset.reset=error</c>, so that a deleted range is an error that the loop reports; a group without a committed
    /// offset meets the same error with an unset offset, and the loop starts it at the beginning. The rebalance handlers only take notes:
    /// one that asked the broker could fail, and its exception would end the loop.
    /// </summary>
    internal IConsumer<byte[], byte[]> GroupConsumer(string group, Assignment assignment)
    {
        var config = Bind(LowLatency(), "Consumer");
        config.GroupId = group;
        config.EnableAutoCommit = true;
        config.EnableAutoOffsetStore = false;
        config.AutoOffsetReset = AutoOffsetReset.Error;
        config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
        return new ConsumerBuilder<byte[], byte[]>(config)
            .SetLogHandler(Quiet)
            .SetErrorHandler((_, e) => Log.Client(log, e.Reason))
            .SetPartitionsAssignedHandler((_, partitions) => assignment.Assigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => assignment.Gone(partitions.Select(partition => partition.TopicPartition)))
            .SetPartitionsLostHandler((_, partitions) => assignment.Gone(partitions.Select(partition => partition.TopicPartition)))
            .Build();
    }

    /// <summary>A reader outside any group, for tables that every replica holds whole.</summary>
    internal IConsumer<byte[], byte[]> TableConsumer()
    {
        var config = Bind(LowLatency(), "Consumer", "Table");
        config.GroupId = "driftline.table"; // the client wants one; it neither joins nor commits
        config.EnableAutoCommit = false;
        config.EnableAutoOffsetStore = false;
        config.EnablePartitionEof = true;
        config.AutoOffsetReset = AutoOffsetReset.Earliest; // compaction moves the beginning, which loses nothing
        config.ConsumeResultFields = "timestamp,topic"; // no table reads headers, and reading them costs as much as all the rest of a record
        return new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler(Quiet).SetErrorHandler((_, e) => Log.Client(log, e.Reason)).Build();
    }

    internal void ProducerError(Error error)
    {
        Log.Client(log, error.Reason);
        if (error.IsFatal) _producerFailed.TrySetException(new KafkaException(error));
    }

    private static ConsumerConfig LowLatency() => new()
    {
        FetchWaitMaxMs = 50,
        FetchMinBytes = 1,
        QueuedMaxMessagesKbytes = 16 * 1024,
        AutoCommitIntervalMs = 1_000,
        SessionTimeoutMs = 45_000,
    };

    /// <param name="own">Sections that hold over <c>Kafka:Client</c>, the last over those before it.</param>
    private TConfig Bind<TConfig>(TConfig config, params string[] own) where TConfig : ClientConfig
    {
        // The client's own values are 60 s and 10 s: so long would nothing move after a broker that fell silent, or that came back.
        (config.SocketTimeoutMs, config.ReconnectBackoffMaxMs) = (10_000, 1_000);
        var section = configuration.GetSection(KafkaOptions.Section);
        section.GetSection("Client").Bind(config);
        foreach (var one in own) section.GetSection(one).Bind(config);
        config.BootstrapServers = options.Value.BootstrapServers;
        return config;
    }

    private void Quiet<TClient>(TClient client, LogMessage message)
    {
        if (message.Level <= SyslogLevel.Warning) Log.Client(log, message.Message);
    }
}
