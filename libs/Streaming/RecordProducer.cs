using System.Diagnostics;
using Avro.Specific;
using Confluent.Kafka;

namespace Driftline.Streaming;

/// <summary>
/// Idempotent producer with <c>acks=all</c>. A returned task completes once the broker has acknowledged the record. Thread-safe.
/// </summary>
public sealed class RecordProducer(IProducer<byte[]?, byte[]?> producer, AvroCodec codec, StreamingTelemetry telemetry)
{
    /// <summary>Sends a record; a null value is a tombstone.</summary>
    /// <param name="cause">Trace context of what led to this record; the current activity if not given.</param>
    /// <exception cref="ProduceException{TKey,TValue}">Not acknowledged: the broker is away, or the local buffer is full (<c>Local_QueueFull</c>).</exception>
    public async Task SendAsync<T>(string topic, string key, T? value, CloudEvent attributes, ActivityContext cause = default)
        where T : class, ISpecificRecord
    {
        var bytes = value is null ? null : await codec.EncodeAsync(topic, value);
        await SendEncodedAsync(topic, key, bytes, attributes, cause);
    }

    /// <summary>
    /// Sends a record that <see cref="AvroCodec"/> has encoded; a null value is a tombstone. Records of one key keep the order of these calls:
    /// whoever sends several without waiting encodes them first, for encoding may wait for the registry.
    /// </summary>
    /// <inheritdoc cref="SendAsync{T}" path="/param"/>
    /// <inheritdoc cref="SendAsync{T}" path="/exception"/>
    public Task SendEncodedAsync(string topic, string key, byte[]? value, CloudEvent attributes, ActivityContext cause = default) =>
        SendBytesAsync(topic, RecordKey.Encode(key), value, attributes.ToHeaders(), cause);

    /// <summary>Sends bytes as they are.</summary>
    /// <inheritdoc cref="SendAsync{T}" path="/exception"/>
    public async Task SendBytesAsync(string topic, byte[]? key, byte[]? value, Headers headers, ActivityContext cause = default)
    {
        using var activity = StreamingTelemetry.StartSend(topic, cause);
        TraceHeaders.Inject(headers, activity?.Context ?? (cause != default ? cause : Activity.Current?.Context ?? default));
        var started = Stopwatch.GetTimestamp();
        try
        {
            await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Key = key, Value = value, Headers = headers });
            telemetry.Sent(topic, Stopwatch.GetElapsedTime(started), null);
        }
        catch (ProduceException<byte[]?, byte[]?> e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Error.Code.ToString());
            telemetry.Sent(topic, Stopwatch.GetElapsedTime(started), e.Error.Code.ToString());
            throw;
        }
    }
}
