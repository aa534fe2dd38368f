using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Driftline.Streaming;

/// <summary>
/// The partitions that this member owns, and the raw batch in flight. Rebalance callbacks run on the consuming thread, inside
/// <c>Consume</c>: a revoked or lost partition takes its records out of the batch, for its next owner will read them.
/// </summary>
internal sealed class Assignment
{
    private readonly HashSet<TopicPartition> _partitions = [];
    private readonly HashSet<TopicPartition> _leftPaused = [];

    /// <summary>Records fetched and not yet stored, oldest first in each partition.</summary>
    public List<ConsumeResult<byte[], byte[]>> Batch { get; } = [];

    /// <summary>The first and the last record of each partition in the batch.</summary>
    public Dictionary<int, PartitionSpan> Spans()
    {
        var spans = new Dictionary<int, PartitionSpan>();
        foreach (var record in Batch)
        {
            ref var span = ref CollectionsMarshal.GetValueRefOrAddDefault(spans, record.Partition.Value, out var isThere);
            span = new PartitionSpan(isThere ? span.First : record, record);
        }

        return spans;
    }

    /// <summary>Whether the owned partitions are paused.</summary>
    public bool Paused { get; set; }

    public bool IsEmpty => _partitions.Count == 0;

    public IReadOnlyCollection<TopicPartition> Partitions => _partitions;

    public bool Owns(TopicPartition partition) => _partitions.Contains(partition);

    public void Assigned(IEnumerable<TopicPartition> partitions) => _partitions.UnionWith(partitions);

    public void Gone(IEnumerable<TopicPartition> partitions)
    {
        var gone = partitions.ToHashSet();
        _partitions.ExceptWith(gone);
        if (Paused) _leftPaused.UnionWith(gone);
        Batch.RemoveAll(record => gone.Contains(record.TopicPartition));
    }

    /// <summary>Partitions that were paused when they left, and are owned again: the client keeps that pause, and would never fetch them.</summary>
    public IReadOnlyList<TopicPartition> TakePausedThatCameBack()
    {
        var back = _leftPaused.Where(_partitions.Contains).ToList();
        _leftPaused.ExceptWith(back);
        return back;
    }
}

/// <summary>What a batch holds of one partition.</summary>
internal readonly record struct PartitionSpan(ConsumeResult<byte[], byte[]> First, ConsumeResult<byte[], byte[]> Last);
