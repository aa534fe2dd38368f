using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Time.Testing;

namespace Driftline.Streaming.Tests;

/// <summary>
/// A group member and its broker in memory, as librdkafka behaves: positions, pauses, stored offsets that a revocation commits,
/// rebalances inside <c>Consume</c>, and no seek on a partition whose fetching has stopped. Time passes only in an idle <c>Consume</c>.
/// </summary>
internal sealed class ScriptedConsumer
{
    public const string Topic = "t";

    private readonly FakeTimeProvider _time;
    private readonly List<string> _journal;
    private readonly Dictionary<int, List<byte[]?>> _logs = [];
    private readonly Dictionary<int, long> _low = [];
    private readonly SortedDictionary<int, Offset> _positions = [];
    private readonly HashSet<int> _paused = [];
    private readonly HashSet<int> _stopped = [];
    private readonly Dictionary<int, long> _stored = [];

    public ScriptedConsumer(FakeTimeProvider time, List<string> journal)
    {
        (_time, _journal) = (time, journal);
        Client = Fake.Of<IConsumer<byte[], byte[]>>(Answer);
    }

    public IConsumer<byte[], byte[]> Client { get; }

    /// <summary>The loop's: rebalances write to it, as the client's handlers do.</summary>
    public Assignment Assignment { get; set; } = new();

    public int Polls { get; private set; }

    /// <summary>What a record's producer set, by offset.</summary>
    public Dictionary<long, long> TimestampsMs { get; } = [];

    public List<TimeSpan> Waits { get; } = [];

    /// <summary>Runs at the start of each poll, as rebalances and faults do; gets the poll's number, from 1.</summary>
    public Action<int> OnPoll { get; set; } = _ => { };

    /// <summary>What the group has committed.</summary>
    public Dictionary<int, long> Committed { get; } = [];

    public Exception? CloseFails { get; set; }

    public Exception? WatermarksFail { get; set; }

    public Exception? StoreFails { get; set; }

    /// <summary>Partitions whose committed offset cannot be fetched: the client says so once and reads nothing until they are assigned anew.</summary>
    public HashSet<int> OffsetFetchFails { get; } = [];

    /// <summary>Whether the error names the partition: it does not where a broker refuses the whole question.</summary>
    public bool OffsetFetchNamesPartition { get; set; } = true;

    public bool AnyPaused => _paused.Any(_positions.ContainsKey);

    public void Produce(int partition, params string?[] values)
    {
        if (!_logs.TryGetValue(partition, out var log)) _logs[partition] = log = [];
        log.AddRange(values.Select(value => value is null ? null : Encoding.UTF8.GetBytes(value)));
    }

    public void DeleteBefore(int partition, long offset) => _low[partition] = offset;

    public void Assign(params int[] partitions)
    {
        foreach (var partition in partitions) _positions[partition] = Committed.TryGetValue(partition, out var offset) ? offset : Offset.Unset;
        Assignment.Assigned(partitions.Select(At));
    }

    public void Revoke(params int[] partitions)
    {
        Assignment.Gone(partitions.Select(At));
        foreach (var partition in partitions)
        {
            Drop(partition);
            if (_stored.Remove(partition, out var stored)) Committed[partition] = stored;
        }
    }

    private object? Answer(string method, object?[] args)
    {
        switch (method, args)
        {
            case ("Subscribe", _) or ("Dispose", _): return null;
            case ("Consume", [TimeSpan wait]): return Consume(wait);
            case ("get_Assignment", _): return _positions.Keys.Select(At).ToList();
            case ("Pause", [IEnumerable<TopicPartition> partitions]): return Note("pause", partitions, _paused.Add);
            case ("Resume", [IEnumerable<TopicPartition> partitions]): return Note("resume", partitions, _paused.Remove);
            case ("Seek", [TopicPartitionOffset to]): return Seek(to);
            case ("StoreOffset", [TopicPartitionOffset offset]): return Store(offset);
            case ("Commit", [IEnumerable<TopicPartitionOffset> offsets]):
                foreach (var offset in offsets)
                {
                    _journal.Add($"commit {offset.Partition.Value}@{offset.Offset.Value}");
                    Committed[offset.Partition] = offset.Offset;
                }

                return null;
            case ("QueryWatermarkOffsets", [TopicPartition partition, _]):
                if (WatermarksFail is not null) throw WatermarksFail;
                return new WatermarkOffsets(Low(partition.Partition), _logs[partition.Partition].Count);
            case ("GetWatermarkOffsets", [TopicPartition partition]): return new WatermarkOffsets(Low(partition.Partition), _logs[partition.Partition].Count);
            case ("IncrementalUnassign", [IEnumerable<TopicPartition> partitions]):
                foreach (var partition in partitions) Drop(partition.Partition);
                return null;
            case ("IncrementalAssign", [IEnumerable<TopicPartitionOffset> partitions]):
                foreach (var partition in partitions) _positions[partition.Partition] = StartOf(partition);
                return null;
            case ("Position", [TopicPartition partition]): return _positions.GetValueOrDefault(partition.Partition, Offset.Unset);
            case ("Close", _):
                _journal.Add("close");
                if (CloseFails is not null) throw CloseFails;
                Revoke([.. _positions.Keys]);
                return null;
            default: throw new NotSupportedException(method);
        }
    }

    private Offset StartOf(TopicPartitionOffset partition) =>
        partition.Offset == Offset.Beginning ? Low(partition.Partition)
        : partition.Offset != Offset.Stored ? partition.Offset
        : Committed.TryGetValue(partition.Partition, out var committed) ? committed : Offset.Unset;

    private ConsumeResult<byte[], byte[]>? Consume(TimeSpan wait)
    {
        Waits.Add(wait);
        OnPoll(++Polls);
        foreach (var (partition, position) in _positions)
        {
            if (_paused.Contains(partition) || _stopped.Contains(partition) || !_logs.TryGetValue(partition, out var log)) continue;
            if (OffsetFetchFails.Contains(partition))
            {
                _stopped.Add(partition);
                _positions[partition] = Offset.Unset;
                throw new ConsumeException(
                    OffsetFetchNamesPartition ? new ConsumeResult<byte[], byte[]> { TopicPartitionOffset = new(At(partition), Offset.Unset) } : new ConsumeResult<byte[], byte[]>(), new Error(ErrorCode.NotCoordinatorForGroup, "Failed to fetch committed offset"));
            }

            if (position == Offset.Unset || position < Low(partition) || position > log.Count)
            {
                _stopped.Add(partition);
                var result = new ConsumeResult<byte[], byte[]> { TopicPartitionOffset = new(At(partition), position) };
                throw new ConsumeException(result, new Error(ErrorCode.Local_AutoOffsetReset, "no such offset"));
            }

            if (position >= log.Count) continue;
            _positions[partition] = position + 1;
            return Record(partition, position, log[(int)position.Value]);
        }

        _time.Advance(wait);
        return null;
    }

    private ConsumeResult<byte[], byte[]> Record(int partition, Offset offset, byte[]? value) => new()
    {
        TopicPartitionOffset = new TopicPartitionOffset(At(partition), offset),
        Message = new Message<byte[], byte[]>
        {
            Key = "user"u8.ToArray(),
            Value = value!,
            Headers = [],
            Timestamp = TimestampsMs.TryGetValue(offset, out var set) ? new Timestamp(set, TimestampType.CreateTime) : Timestamp.Default,
        },
    };

    private object? Seek(TopicPartitionOffset to)
    {
        if (!_positions.ContainsKey(to.Partition) || _stopped.Contains(to.Partition)) throw new KafkaException(ErrorCode.Local_State);
        _journal.Add($"seek {to.Partition.Value}@{to.Offset.Value}");
        _positions[to.Partition] = to.Offset;
        return null;
    }

    private object? Store(TopicPartitionOffset offset)
    {
        if (StoreFails is not null) throw StoreFails;
        if (!_positions.ContainsKey(offset.Partition)) throw new KafkaException(ErrorCode.Local_State);
        _journal.Add($"store {offset.Partition.Value}@{offset.Offset.Value}");
        _stored[offset.Partition] = offset.Offset;
        return null;
    }

    private object? Note(string what, IEnumerable<TopicPartition> partitions, Func<int, bool> change)
    {
        var ids = partitions.Select(partition => partition.Partition.Value).ToList();
        foreach (var id in ids) change(id);
        _journal.Add($"{what} {string.Join(',', ids)}");
        return null;
    }

    private void Drop(int partition)
    {
        _positions.Remove(partition); // a pause stays: it is the client's, not the assignment's
        _stopped.Remove(partition);
    }

    private long Low(int partition) => _low.GetValueOrDefault(partition);

    private static TopicPartition At(int partition) => new(Topic, partition);
}
