using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Driftline.Streaming;

/// <summary>Where rejected records go. A seam, so that the loop's commit logic can be tested without a broker.</summary>
internal interface IDeadLetters
{
    Task SendAsync(ConsumeResult<byte[], byte[]> record, string reason, string kind);
}

/// <summary>
/// The rejected topic: original key, value and headers, plus <c>dl_stage</c>, <c>dl_error</c>, <c>dl_topic</c>, <c>dl_partition</c>,
/// <c>dl_offset</c> and <c>dl_time</c> (UTF-8). Records that were refused at the HTTP edge have no <c>dl_topic</c>; those that the broker found too large have the one that they were meant for, and no place on it.
/// A value that the broker refuses as too large, sent alone too, is left out, and <c>dl_omitted_bytes</c> says how long it was; where that is not enough, so are the original's headers, whose number
/// <c>dl_omitted_headers</c> says, and a key longer than <see cref="MostKeyBytes"/>.
/// </summary>
public sealed class DeadLetters(string topic, string stage, RecordProducer producer, StreamingTelemetry telemetry, TimeProvider time, ILogger<DeadLetters> log)
    : IDeadLetters, IDisposable
{
    private const int MaxReasonChars = 1_000;

    /// <summary>A key no longer than this is kept whatever else is too large.</summary>
    private const int MostKeyBytes = 1_024;

    private static readonly string[] Own = ["dl_topic", "dl_partition", "dl_offset", "dl_stage", "dl_error", "dl_time", "dl_omitted_bytes"];

    private readonly SemaphoreSlim _alone = new(1); // a broker refuses the whole batch that the client has made: only what is refused by itself is too large

    Task IDeadLetters.SendAsync(ConsumeResult<byte[], byte[]> record, string reason, string kind)
    {
        Log.RecordRejected(log, record.Topic, record.Partition.Value, record.Offset.Value, reason);
        var headers = new Headers();
        foreach (var header in record.Message.Headers ?? []) headers.Add(header.Key, header.GetValueBytes());
        Add(headers, "dl_topic", record.Topic);
        Add(headers, "dl_partition", record.Partition.Value.ToString(CultureInfo.InvariantCulture));
        Add(headers, "dl_offset", record.Offset.Value.ToString(CultureInfo.InvariantCulture));
        return SendAsync(record.Message.Key, record.Message.Value, reason, kind, headers);
    }

    /// <summary>Keeps something that was refused before it became a record.</summary>
    /// <param name="key">The user id if it is known.</param>
    /// <param name="original">The bytes as they came.</param>
    /// <param name="kind">What it is counted under; one of few values.</param>
    /// <param name="meantFor">The topic that the bytes are encoded for; null where they are as they came.</param>
    public Task SendAsync(string? key, byte[] original, string reason, string kind, string? meantFor = null)
    {
        var headers = new Headers();
        if (meantFor is not null) Add(headers, "dl_topic", meantFor);
        return SendAsync(RecordKey.Encode(key), original, reason, kind, headers);
    }

    public void Dispose() => _alone.Dispose();

    private async Task SendAsync(byte[]? key, byte[]? value, string reason, string kind, Headers headers)
    {
        Add(headers, "dl_stage", stage);
        Add(headers, "dl_error", reason.Length <= MaxReasonChars ? reason : reason[..MaxReasonChars]);
        Add(headers, "dl_time", time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
        var cause = TraceHeaders.Extract(headers);
        var others = headers.Count(header => !Own.Contains(header.Key)); // before the producer adds the trace
        try
        {
            await producer.SendAsync(topic, new OutgoingRecord(key, value, headers, cause));
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.MsgSizeTooLarge)
        {
            await SendAloneAsync(key, value, headers, others, cause);
        }

        telemetry.Rejected(topic, stage, kind);
    }

    private async Task SendAloneAsync(byte[]? key, byte[]? value, Headers headers, int others, ActivityContext cause)
    {
        await _alone.WaitAsync();
        try
        {
            await producer.SendAsync(topic, new OutgoingRecord(key, value, headers, cause));
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.MsgSizeTooLarge)
        {
            Add(headers, "dl_omitted_bytes", (value?.Length ?? 0).ToString(CultureInfo.InvariantCulture));
            await SendWithoutValueAsync(key, headers, others, cause);
        }
        finally
        {
            _alone.Release();
        }
    }

    private async Task SendWithoutValueAsync(byte[]? key, Headers headers, int others, ActivityContext cause)
    {
        try
        {
            await producer.SendAsync(topic, new OutgoingRecord(key, null, headers, cause));
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.MsgSizeTooLarge)
        {
            var own = new Headers();
            foreach (var header in headers.Where(header => Own.Contains(header.Key))) own.Add(header.Key, header.GetValueBytes());
            Add(own, "dl_omitted_headers", others.ToString(CultureInfo.InvariantCulture));
            await producer.SendAsync(topic, new OutgoingRecord(key is { Length: > MostKeyBytes } ? null : key, null, own, cause));
        }
    }

    private static void Add(Headers headers, string name, string value)
    {
        headers.Remove(name);
        headers.Add(name, Encoding.UTF8.GetBytes(value));
    }
}
