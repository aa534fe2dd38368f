using Confluent.Kafka;

namespace Driftline.Cli.Kafka;

/// <summary>Reads a topic outside any consumer group; nothing that it does is seen by the services.</summary>
internal sealed class TopicReader : IDisposable
{
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(100);

    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly List<TopicPartition> _partitions;
    private readonly TimeSpan _wait;

    private TopicReader(IConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, TimeSpan wait) => (_consumer, _partitions, _wait) = (consumer, partitions, wait);

    /// <exception cref="CommandException">The brokers do not answer, or there is no such topic.</exception>
    public static TopicReader Open(ClientConfig client, string topic, TimeSpan wait)
    {
        string? lastError = null;
        var config = new ConsumerConfig(client)
        {
            GroupId = "driftline.cli", // the client wants one; it neither joins nor commits
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 50,
        };
        var consumer = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, e) => lastError = e.Reason).Build();
        try
        {
            using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
            var known = admin.GetMetadata(wait).Topics;
            if (known.Find(one => one.Topic == topic) is not { } found)
                throw new CommandException($"There is no topic {topic}. There are: {string.Join(", ", known.Select(one => one.Topic).Where(one => !one.StartsWith("__", StringComparison.Ordinal)).Order(StringComparer.Ordinal))}.");
            return new TopicReader(consumer, found.Partitions.ConvertAll(partition => new TopicPartition(topic, partition.PartitionId)), wait);
        }
        catch (KafkaException e)
        {
            consumer.Dispose();
            throw new CommandException($"No broker answers at {client.BootstrapServers} ({lastError ?? e.Error.Reason}). Give its brokers by --kafka HOST:PORT or in Kafka__BootstrapServers.");
        }
        catch
        {
            consumer.Dispose();
            throw;
        }
    }

    /// <param name="fromBeginning">Else from what is written from now on.</param>
    /// <param name="follow">Else it ends with what is there now.</param>
    public IEnumerable<ConsumeResult<byte[], byte[]>> Read(bool fromBeginning, bool follow, CancellationToken stopping)
    {
        var ends = _partitions.ToDictionary(partition => partition, partition => _consumer.QueryWatermarkOffsets(partition, _wait));
        _consumer.Assign(ends.Select(end => new TopicPartitionOffset(end.Key, fromBeginning ? end.Value.Low : end.Value.High)));
        var open = ends.Where(end => end.Value.Low < end.Value.High && fromBeginning).Select(end => end.Key).ToHashSet();
        while (follow || open.Count > 0)
        {
            stopping.ThrowIfCancellationRequested();
            if (_consumer.Consume(PollWait) is not { } record) continue;
            if (record.IsPartitionEOF || record.Offset + 1 >= ends[record.TopicPartition].High) open.Remove(record.TopicPartition);
            if (!record.IsPartitionEOF && (follow || record.Offset < ends[record.TopicPartition].High)) yield return record;
        }
    }

    public void Dispose() => _consumer.Dispose();
}
