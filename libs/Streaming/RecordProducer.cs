using System.Diagnostics;
using Avro.Specific;
using Confluent.Kafka;
using Driftline.AvroBinary;

namespace Driftline.Streaming;

/// <summary>
/// Idempotent producer with <c>acks=all</c>. A returned task completes once the broker has acknowledged the records. Thread-safe.
/// </summary>
public sealed class RecordProducer(IProducer<byte[]?, byte[]?> producer, AvroCodec codec, StreamingTelemetry telemetry)
{
    /// <summary>Sends a record; a null value is a tombstone.</summary>
    /// <param name="cause">Trace context of what led to this record; the current activity if not given.</param>
    /// <exception cref="ProduceException{TKey,TValue}">Not acknowledged: the broker is away, or the local buffer is full (<c>Local_QueueFull</c>).</exception>
    public async Task SendAsync<T>(string topic, string key, T? value, CloudEvent attributes, ActivityContext cause = default)
        where T : class, ISpecificRecord, IBinaryRecord<T>
    {
        await SendAsync(topic, value is null ? OutgoingRecord.Of(key, null, attributes, cause) : await EncodeAsync(topic, key, value, attributes, cause));
    }

    /// <summary>A record, encoded, to be sent with others.</summary>
    /// <inheritdoc cref="AvroCodec.EncodeAsync" path="/exception"/>
    public async ValueTask<OutgoingRecord> EncodeAsync<T>(string topic, string key, T value, CloudEvent attributes, ActivityContext cause = default)
        where T : class, ISpecificRecord, IBinaryRecord<T> => OutgoingRecord.Of(key, await codec.EncodeAsync(topic, value), attributes, cause);

    /// <summary>Sends records that are encoded already, which keep their order.</summary>
    /// <exception cref="ProduceException{TKey,TValue}">At least one is not acknowledged; this is the first of them.</exception>
    public async Task SendAsync(string topic, params IReadOnlyList<OutgoingRecord> records)
    {
        var errors = await DeliverAsync(topic, records);
        for (var i = 0; i < errors.Count; i++)
            if (errors[i] is { } error) throw new ProduceException<byte[]?, byte[]?>(error, new DeliveryResult<byte[]?, byte[]?> { Topic = topic });
    }

    /// <summary>
    /// Hands all records to the client before it waits, so they leave in one go. Records of one key keep the order of these calls: whoever sends several without
    /// waiting encodes them first, for encoding may wait for the registry.
    /// </summary>
    /// <returns>For each record, in their order: null once it is acknowledged, else why it is not.</returns>
    public async Task<IReadOnlyList<Error?>> DeliverAsync(string topic, IReadOnlyList<OutgoingRecord> records)
    {
        using var activity = StreamingTelemetry.StartSend(topic, records);
        var started = Stopwatch.GetTimestamp();
        var delivery = new Delivery(records);
        var own = TraceHeaders.Of((activity ?? Activity.Current)?.Context ?? default); // the same for most records of a batch
        for (var i = 0; i < records.Count; i++)
        {
            var (key, value, headers, cause) = records[i];
            TraceHeaders.Inject(headers, cause == default || (records.Count == 1 && activity is not null) ? own : TraceHeaders.Of(cause));
            try
            {
                producer.Produce(topic, new Message<byte[]?, byte[]?> { Key = key, Value = value, Headers = headers }, delivery.Reported);
            }
            catch (ProduceException<byte[]?, byte[]?> e)
            {
                delivery.Refused(i, e.Error);
            }
        }

        var errors = await delivery.Completed;
        var (took, failures) = (Stopwatch.GetElapsedTime(started), errors.OfType<Error>().ToList());
        if (errors.Count > failures.Count) telemetry.Sent(topic, errors.Count - failures.Count, took, null);
        foreach (var failure in failures.GroupBy(error => error.Code)) telemetry.Sent(topic, failure.Count(), took, failure.Key.ToString());
        if (failures is [var first, ..]) activity?.SetStatus(ActivityStatusCode.Error, first.Code.ToString());
        return errors;
    }
}
