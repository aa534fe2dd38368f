using System.Diagnostics;
using Confluent.Kafka;

namespace Driftline.Streaming;

/// <summary>A record to send.</summary>
/// <param name="Value">Null for a tombstone.</param>
/// <param name="Headers">Trace headers are added to these.</param>
/// <param name="Cause">Trace context of what led to this record; the current activity if not given.</param>
public readonly record struct OutgoingRecord(byte[]? Key, byte[]? Value, Headers Headers, ActivityContext Cause = default)
{
    /// <param name="value">As <see cref="AvroCodec"/> has encoded it; null for a tombstone.</param>
    public static OutgoingRecord Of(string key, byte[]? value, CloudEvent attributes, ActivityContext cause = default) => new(RecordKey.Encode(key), value, attributes.ToHeaders(), cause);
}
