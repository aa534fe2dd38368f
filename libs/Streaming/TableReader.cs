using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Driftline.Streaming;

/// <summary>
/// Reads a whole topic, or the newest part of it, outside any consumer group, into memory that every replica holds for itself, and then follows it.
/// Nothing is committed: after a restart the topic itself is the state. A record that cannot be decoded or applied is logged and skipped, for
/// its key has no newer state.
/// </summary>
public sealed class TableReader<T> : BackgroundService where T : class
{
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PartitionCheck = TimeSpan.FromMinutes(1);

    private readonly string _topic;
    private readonly KafkaClients _clients;
    private readonly Func<byte[], ValueTask<T>> _decode;
    private readonly ITable<T> _table;
    private readonly int? _newest;
    private readonly LoopHealth _health;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<Partition> _assigned = [];
    private long _count;
    private readonly Dictionary<Partition, long> _behind = []; // the offset after what a partition held when it was assigned

    internal TableReader(string topic, KafkaClients clients, Func<byte[], ValueTask<T>> decode, ITable<T> table, int? newest, LoopHealth health, TimeProvider time, ILogger log) =>
        (_topic, _clients, _decode, _table, _newest, _health, _time, _log) = (topic, clients, decode, table, newest, health, time, log);

    /// <summary>Completes when all that the topic held at the start, or the newest part of it, has been applied.</summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>On a thread of its own, for it sits in the client's blocking poll nearly all the time: requests keep every thread of the pool.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Read(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Read(CancellationToken stoppingToken)
    {
        using var admin = _clients.Admin();
        using var consumer = _clients.TableConsumer();
        var nextCheck = TimeSpan.Zero;
        var started = _time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            _health.Beat();
            if (_time.GetElapsedTime(started) >= nextCheck)
            {
                if (!AssignNewPartitions(admin, consumer))
                {
                    WaitAsync(stoppingToken).GetAwaiter().GetResult();
                    continue;
                }

                nextCheck = _time.GetElapsedTime(started) + PartitionCheck;
            }

            if (Poll(consumer) is not { } record) continue;
            if (record.IsPartitionEOF)
            {
                Reached(record.Partition, long.MaxValue);
                continue;
            }

            _count++;
            ApplyAsync(record, stoppingToken).GetAwaiter().GetResult();
            Reached(record.Partition, record.Offset.Value + 1);
        }

        consumer.Close();
    }

    /// <summary>A busy partition may never be seen at its end: to have read what it held at the start is enough.</summary>
    private void Reached(Partition partition, long next)
    {
        if (_behind.Count == 0 || !_behind.TryGetValue(partition, out var end) || next < end) return;
        _behind.Remove(partition);
        if (_behind.Count > 0 || !_caughtUp.TrySetResult()) return;
        _health.Ready = true;
        Log.TableReady(_log, _topic, _count);
    }

    private bool AssignNewPartitions(IAdminClient admin, IConsumer<byte[], byte[]> consumer)
    {
        try
        {
            var topic = admin.GetMetadata(_topic, MetadataTimeout).Topics.Single(topic => topic.Topic == _topic);
            if (topic.Error.IsError || topic.Partitions.Count == 0) throw new KafkaException(topic.Error);
            var added = topic.Partitions.Select(partition => new TopicPartition(_topic, partition.PartitionId)).Where(partition => !_assigned.Contains(partition.Partition)).ToList();
            var held = added.ConvertAll(partition => (Partition: partition, Offsets: consumer.QueryWatermarkOffsets(partition, MetadataTimeout)));
            var share = _newest is { } newest ? ((long)newest + topic.Partitions.Count - 1) / topic.Partitions.Count : long.MaxValue;
            if (added.Count > 0) consumer.IncrementalAssign(held.Select(one => new TopicPartitionOffset(one.Partition, Math.Max(one.Offsets.Low.Value, one.Offsets.High.Value - share))));
            foreach (var (partition, offsets) in held)
            {
                _assigned.Add(partition.Partition);
                _behind.Add(partition.Partition, offsets.High.Value);
            }

            return true;
        }
        catch (KafkaException e)
        {
            Log.TableWaiting(_log, _topic, e.Error.Reason, RetryWait);
            return _assigned.Count > 0;
        }
    }

    private ConsumeResult<byte[], byte[]>? Poll(IConsumer<byte[], byte[]> consumer)
    {
        try
        {
            return consumer.Consume(PollWait);
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            Log.PollFailed(_log, _topic, e.Error.Code.ToString(), e.Error.Reason);
            return null;
        }
    }

    private async Task ApplyAsync(ConsumeResult<byte[], byte[]> record, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                _table.Apply(await Received<T>.DecodeAsync(record, _decode));
                return;
            }
            catch (Exception e) when (Failures.IsBadRecord(e) || Failures.IsBug(e))
            {
                Log.TableSkipped(_log, record.Topic, record.Partition.Value, record.Offset.Value, typeof(T).Name, e.Message);
                return;
            }
            catch (Exception e) when (!stopping.IsCancellationRequested) // a timeout of the registry's client is a cancellation too
            {
                Log.TableWaiting(_log, _topic, e.Message, RetryWait); // the registry is away
                _health.Beat();
                await WaitAsync(stopping);
            }
        }
    }

    private async Task WaitAsync(CancellationToken stopping) => await Task.Delay(RetryWait, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
