using Confluent.Kafka;

namespace Driftline.Streaming;

/// <summary>
/// The partitions that this member owns, and the raw batch in flight. Rebalance callbacks run on the consuming thread, inside
/// <c>Consume</c>: a revoked or lost partition takes its records out of the batch, for its next owner will read them.
/// </summary>
internal sealed class Assignment
{
    private readonly HashSet<TopicPartition> _partitions = [];

    /// <summary>Records fetched and not yet stored, oldest first in each partition.</summary>
    public List<ConsumeResult<byte[], byte[]>> Batch { get; } = [];

    public bool IsEmpty => _partitions.Count == 0;

    public bool Owns(TopicPartition partition) => _partitions.Contains(partition);

    public void Assigned(IEnumerable<TopicPartition> partitions) => _partitions.UnionWith(partitions);

    public void Gone(IEnumerable<TopicPartition> partitions)
    {
        var gone = partitions.ToHashSet();
        _partitions.ExceptWith(gone);
        Batch.RemoveAll(record => gone.Contains(record.TopicPartition));
    }
}
