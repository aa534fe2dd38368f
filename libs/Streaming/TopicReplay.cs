using Avro.Specific;
using Confluent.Kafka;
using Driftline.AvroBinary;
using Microsoft.Extensions.Logging;

namespace Driftline.Streaming;

/// <summary>
/// Reads a topic once more, from its oldest record to where it ended at the start, outside any group, and hands it to a stage's handler. For effects that may
/// be repeated in any order: whoever follows the topic goes on meanwhile, and no offset moves. What cannot be decoded, is rejected, or makes its handler fail by
/// itself is in the rejected topic since it was first read and is not put there again.
/// </summary>
public sealed class TopicReplay(KafkaClients clients, AvroCodec codec, TimeProvider time, ILogger<TopicReplay> log)
{
    private const int BatchRecords = 2_000;
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BrokerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(5);

    /// <summary>Returns once every effect is durable. Waits for brokers, registry and Redis as long as they are away.</summary>
    /// <returns>How many records were read.</returns>
    /// <exception cref="KafkaException">The topic may not be read, or is gone.</exception>
    /// <exception cref="Exception">A fault of the handler's own that trying again cannot mend, and every record of a batch meets.</exception>
    public async Task<long> RunAsync<T>(string topic, IBatchHandler<T> handler, CancellationToken stopping) where T : class, ISpecificRecord, IBinaryRecord<T>, new()
    {
        var backoff = new Backoff(new ConsumerLoopOptions(), Random.Shared);
        using var consumer = clients.TableConsumer();
        var ends = await UntilDoneAsync(topic, backoff, () => Task.FromResult(EndsOf(topic, consumer)), stopping);
        consumer.Assign(ends.Keys.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning)));
        var (records, shown) = (0L, time.GetTimestamp());
        while (ends.Count > 0)
        {
            stopping.ThrowIfCancellationRequested();
            var batch = Fill(consumer, topic, ends);
            if (batch.Count == 0) continue;
            await UntilDoneAsync(topic, backoff, () => HandleAsync(batch, topic, handler, stopping), stopping);
            records += batch.Count;
            if (time.GetElapsedTime(shown) < ProgressEvery && ends.Count > 0) continue;
            shown = time.GetTimestamp();
            var left = ends.Sum(end => end.Value - Math.Max(0, consumer.Position(end.Key).Value));
            Log.ReplayProgress(log, topic, records, left);
        }

        return records;
    }

    /// <summary>Partitions that hold records, with the offset after the newest.</summary>
    private Dictionary<TopicPartition, long> EndsOf(string topic, IConsumer<byte[], byte[]> consumer)
    {
        using var admin = clients.Admin();
        var found = admin.GetMetadata(topic, BrokerTimeout).Topics.Single(one => one.Topic == topic);
        if (found.Error.IsError || found.Partitions.Count == 0) throw new KafkaException(found.Error);
        return found.Partitions.Select(partition => new TopicPartition(topic, partition.PartitionId))
            .Select(partition => (Partition: partition, Offsets: consumer.QueryWatermarkOffsets(partition, BrokerTimeout)))
            .Where(one => one.Offsets.High > one.Offsets.Low).ToDictionary(one => one.Partition, one => one.Offsets.High.Value);
    }

    /// <summary>Takes what has been fetched; a partition that was read to its end leaves <paramref name="ends"/>.</summary>
    private List<ConsumeResult<byte[], byte[]>> Fill(IConsumer<byte[], byte[]> consumer, string topic, Dictionary<TopicPartition, long> ends)
    {
        var batch = new List<ConsumeResult<byte[], byte[]>>();
        while (batch.Count < BatchRecords && ends.Count > 0 && Poll(consumer, topic, batch.Count == 0 ? PollWait : TimeSpan.Zero) is { } record)
        {
            if (!ends.TryGetValue(record.TopicPartition, out var end)) continue;
            if (!record.IsPartitionEOF && record.Offset < end) batch.Add(record);
            if (record.Offset.Value + (record.IsPartitionEOF ? 0 : 1) < end) continue;
            ends.Remove(record.TopicPartition);
            consumer.Pause([record.TopicPartition]); // what comes meanwhile is the running services'
        }

        return batch;
    }

    private ConsumeResult<byte[], byte[]>? Poll(IConsumer<byte[], byte[]> consumer, string topic, TimeSpan wait)
    {
        try
        {
            return consumer.Consume(wait);
        }
        catch (ConsumeException e) when (!e.Error.IsFatal && !IsOfTopic(e.Error))
        {
            Log.PollFailed(log, topic, e.Error.Code.ToString(), e.Error.Reason);
            return null; // a broker is away: the client goes on where it was
        }
    }

    /// <summary>It may not be read, or is not there: waiting changes nothing.</summary>
    private static bool IsOfTopic(Error error) => error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic;

    private async Task<bool> HandleAsync<T>(List<ConsumeResult<byte[], byte[]>> batch, string topic, IBatchHandler<T> handler, CancellationToken stopping)
        where T : class, ISpecificRecord, IBinaryRecord<T>, new()
    {
        var decoded = new List<Received<T>>(batch.Count);
        foreach (var raw in batch)
        {
            try
            {
                decoded.Add(await Received<T>.DecodeAsync(raw, bytes => codec.DecodeAsync<T>(topic, bytes)));
            }
            catch (Exception e) when (Failures.IsBadRecord(e))
            {
                // In the rejected topic already.
            }
        }

        if (decoded.Count == 0) return true;
        try
        {
            await handler.HandleAsync(decoded, stopping);
        }
        catch (Exception e) when (Failures.IsBug(e))
        {
            await OneByOneAsync(decoded, handler, stopping);
        }

        return true;
    }

    private async Task OneByOneAsync<T>(List<Received<T>> records, IBatchHandler<T> handler, CancellationToken stopping) where T : class
    {
        var failed = 0;
        foreach (var record in records)
        {
            try
            {
                await handler.HandleAsync([record], stopping);
            }
            catch (Exception e) when (Failures.IsBug(e))
            {
                if (++failed == records.Count && failed > 1) throw; // no record's fault
                Log.ReplaySkipped(log, e, record.Position.Topic, record.Position.Partition.Value, record.Position.Offset.Value);
            }
        }
    }

    private async Task<TResult> UntilDoneAsync<TResult>(string topic, Backoff backoff, Func<Task<TResult>> attempt, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                var result = await attempt();
                backoff.Reset();
                return result;
            }
            catch (Exception e) when (!Failures.IsBug(e) && !(e is KafkaException { Error: var error } && (error.IsFatal || IsOfTopic(error))))
            {
                stopping.ThrowIfCancellationRequested();
                var wait = backoff.Next();
                Log.ReplayWaiting(log, topic, e.Message, wait);
                await Task.Delay(wait, time, stopping);
            }
        }
    }
}
