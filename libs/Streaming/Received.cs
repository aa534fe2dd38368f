using Confluent.Kafka;

namespace Driftline.Streaming;

/// <summary>One decoded record.</summary>
/// <param name="Key">The record's key as text; null if it has none.</param>
/// <param name="Value">Null for a tombstone.</param>
/// <param name="Bytes">The value as it was on the topic, in the registry's wire format; null for a tombstone.</param>
public sealed record Received<T>(string? Key, T? Value, byte[]? Bytes, Headers Headers, TopicPartitionOffset Position)
    where T : class
{
    /// <exception cref="Exception">As <paramref name="decode"/> throws it.</exception>
    internal static async ValueTask<Received<T>> DecodeAsync(ConsumeResult<byte[], byte[]> raw, Func<byte[], ValueTask<T>> decode)
    {
        var bytes = raw.Message.Value;
        return new Received<T>(
            RecordKey.Decode(raw.Message.Key), bytes is null ? null : await decode(bytes), bytes,
            raw.Message.Headers ?? [], raw.TopicPartitionOffset);
    }
}
