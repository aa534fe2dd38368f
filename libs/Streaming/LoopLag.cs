using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Confluent.Kafka;

namespace Driftline.Streaming;

/// <summary>
/// What one loop has yet to do, by partition: in records, and in the age of the oldest of them. Written by the consuming thread, read by
/// scrapes at any time, so a loop that is stuck shows an age that grows. A partition shows up with its first record.
/// </summary>
internal sealed class LoopLag(string topic, string group, TimeProvider time)
{
    /// <summary>Between two looks at where the partitions end.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<int, Progress> _partitions = [];
    private long _refreshed = time.GetTimestamp();

    /// <summary>A batch has been fetched; it counts as lag until <see cref="Finished"/>.</summary>
    public void Fetched(Dictionary<int, PartitionSpan> spans)
    {
        foreach (var (partition, (first, last)) in spans)
        {
            var known = _partitions.GetValueOrDefault(partition);
            _partitions[partition] = new Progress(first.Offset.Value, Math.Max(known?.End ?? 0, last.Offset.Value + 1), TimeOf(first), InHand: true);
        }
    }

    /// <summary>The batch is done with.</summary>
    public void Finished(Dictionary<int, PartitionSpan> spans)
    {
        foreach (var (partition, (_, last)) in spans)
        {
            var next = last.Offset.Value + 1;
            _partitions[partition] = new Progress(next, Math.Max(_partitions.GetValueOrDefault(partition)?.End ?? 0, next), TimeOf(last), InHand: false);
        }
    }

    /// <summary>Takes note, at most once in <see cref="Refresh"/>, of where the owned partitions end, and forgets the others.</summary>
    /// <param name="ask">Asks the broker, for while nothing is fetched; else what the last fetch told.</param>
    public void Look(IConsumer<byte[], byte[]> consumer, Assignment assignment, bool ask)
    {
        if (time.GetElapsedTime(_refreshed) < Refresh) return;
        _refreshed = time.GetTimestamp();
        foreach (var (partition, progress) in _partitions)
        {
            var place = new TopicPartition(topic, partition);
            if (!assignment.Owns(place))
            {
                _partitions.TryRemove(partition, out _);
                continue;
            }

            if (End(consumer, place, ask) is not { } end) return; // the broker is away: the next would cost its timeout too
            var first = progress is { InHand: false } && progress.End == progress.Position && end > progress.End; // nothing was left until now
            _partitions[partition] = progress with { End = Math.Max(end, progress.Position), Since = first ? time.GetUtcNow() : progress.Since };
        }
    }

    public IEnumerable<Measurement<long>> Records() => _partitions.Select(one => new Measurement<long>(one.Value.End - one.Value.Position, Tags(one.Key)));

    public IEnumerable<Measurement<double>> Seconds()
    {
        var now = time.GetUtcNow();
        return _partitions.Select(one => new Measurement<double>(
            one.Value.InHand || one.Value.End > one.Value.Position ? Math.Max(0, (now - one.Value.Since).TotalSeconds) : 0, Tags(one.Key)));
    }

    private static long? End(IConsumer<byte[], byte[]> consumer, TopicPartition place, bool ask)
    {
        try
        {
            var end = (ask ? consumer.QueryWatermarkOffsets(place, QueryTimeout) : consumer.GetWatermarkOffsets(place)).High;
            return end == Offset.Unset ? 0 : end.Value;
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    // A producer may set any number, microseconds for example: beyond what a time can be it is the nearest that can.
    private DateTimeOffset TimeOf(ConsumeResult<byte[], byte[]> record) => record.Message.Timestamp is { Type: not TimestampType.NotAvailable } stamp
        ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(stamp.UnixTimestampMs, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()))
        : time.GetUtcNow();

    private KeyValuePair<string, object?>[] Tags(int partition) =>
    [
        new("messaging.system", "kafka"), new("messaging.destination.name", topic),
        new("messaging.destination.partition.id", partition.ToString(System.Globalization.CultureInfo.InvariantCulture)), new("messaging.consumer.group.name", group),
    ];

    /// <param name="Position">The next record to be done.</param>
    /// <param name="End">The offset after the newest record that is known of.</param>
    /// <param name="Since">The time of the oldest record in hand, else of the last one done, or, where nothing was left then, when more was seen.</param>
    private sealed record Progress(long Position, long End, DateTimeOffset Since, bool InHand);
}
