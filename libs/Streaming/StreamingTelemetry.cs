using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Driftline.Streaming;

/// <summary>
/// Names and units follow OpenTelemetry's semantic conventions for messaging (1.37, Kafka). Own instruments are <c>driftline.streaming.*</c>.
/// User and item ids are never tags.
/// </summary>
public sealed class StreamingTelemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string SourceName = "Driftline.Streaming";

    private const int MaxLinks = 128;
    private static readonly ActivitySource Source = new(SourceName);
    private readonly Counter<long> _consumed;
    private readonly Counter<long> _sent;
    private readonly Histogram<double> _sendDuration;
    private readonly Histogram<double> _processDuration;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _lost;

    public StreamingTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(SourceName);
        _consumed = meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Records delivered to the application.");
        _sent = meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Records that the client tried to send.");
        _sendDuration = meter.CreateHistogram<double>("messaging.client.operation.duration", "s", "From handing a record to the client to its acknowledgement.");
        _processDuration = meter.CreateHistogram<double>("messaging.process.duration", "s", "From a decoded batch to its last durable effect.");
        _rejected = meter.CreateCounter<long>("driftline.streaming.rejected", "{message}", "Records sent to the rejected topic.");
        _retries = meter.CreateCounter<long>("driftline.streaming.retries", "{batch}", "Batches that failed and were tried again.");
        _lost = meter.CreateCounter<long>("driftline.streaming.lost", "{message}", "Records that the broker had deleted before they were read.");
    }

    internal void Processed(string topic, int records, TimeSpan duration)
    {
        var tags = Tags("process", topic);
        _consumed.Add(records, tags);
        _processDuration.Record(duration.TotalSeconds, tags);
    }

    internal void Sent(string topic, TimeSpan duration, string? error)
    {
        var tags = Tags("send", topic);
        if (error is not null) tags.Add("error.type", error);
        _sent.Add(1, tags);
        _sendDuration.Record(duration.TotalSeconds, tags);
    }

    internal void Rejected(string topic, string stage) => _rejected.Add(1, new TagList { { "messaging.destination.name", topic }, { "driftline.stage", stage } });

    internal void Retried(string topic, Exception e) => _retries.Add(1, new TagList { { "messaging.destination.name", topic }, { "error.type", e.GetType().Name } });

    internal void Lost(string topic, long records) => _lost.Add(records, new TagList { { "messaging.destination.name", topic } });

    internal static Activity? StartSend(string topic, ActivityContext cause) =>
        Source.StartActivity($"send {topic}", ActivityKind.Producer, cause, Tags("send", topic));

    /// <summary>Links to the creators of the batch; a batch of one is also the child of its creator, so that one trace crosses the pipeline.</summary>
    internal static Activity? StartProcess<T>(string topic, IReadOnlyList<Received<T>> batch) where T : class
    {
        if (!Source.HasListeners()) return null;
        var contexts = batch.Take(MaxLinks).Select(record => TraceHeaders.Extract(record.Headers)).Where(context => context != default).ToList();
        var activity = Source.StartActivity(
            ActivityKind.Consumer, batch.Count == 1 && contexts is [var parent] ? parent : default, Tags("process", topic),
            contexts.Select(context => new ActivityLink(context)), name: $"process {topic}");
        activity?.SetTag("messaging.batch.message_count", batch.Count);
        return activity;
    }

    private static TagList Tags(string operation, string topic) => new()
    {
        { "messaging.system", "kafka" }, { "messaging.operation.name", operation }, { "messaging.destination.name", topic },
    };
}
