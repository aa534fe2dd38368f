using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Driftline.Streaming;

/// <summary>
/// Names and units follow OpenTelemetry's semantic conventions for messaging (1.37, Kafka). Own instruments are <c>driftline.streaming.*</c>.
/// User and item ids are never tags. docs/telemetry.md lists them all.
/// </summary>
public sealed class StreamingTelemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string SourceName = "Driftline.Streaming";

    private const int MaxLinks = 128;
    private static readonly ActivitySource Source = new(SourceName);

    private static readonly InstrumentAdvice<double> Buckets = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private readonly ConcurrentBag<LoopLag> _lags = [];
    private readonly Counter<long> _consumed;
    private readonly Counter<long> _sent;
    private readonly Histogram<double> _sendDuration;
    private readonly Histogram<double> _processDuration;
    private readonly Histogram<int> _batch;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _lost;

    public StreamingTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(SourceName);
        _consumed = meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Records delivered to the application.");
        _sent = meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Records that the client tried to send.");
        _sendDuration = meter.CreateHistogram("messaging.client.operation.duration", "s", "From handing records to the client to the last one's acknowledgement, once for those that leave together.", advice: Buckets);
        _processDuration = meter.CreateHistogram("messaging.process.duration", "s", "From a fetched batch to its last durable effect.", advice: Buckets);
        _batch = meter.CreateHistogram("driftline.streaming.batch", "{message}", "Records in one batch.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 5_000] });
        _rejected = meter.CreateCounter<long>("driftline.streaming.rejected", "{message}", "Records sent to the rejected topic.");
        _retries = meter.CreateCounter<long>("driftline.streaming.retries", "{batch}", "Batches that failed and were tried again.");
        _lost = meter.CreateCounter<long>("driftline.streaming.lost", "{message}", "Records that the broker had deleted before they were read.");
        meter.CreateObservableGauge("driftline.streaming.lag", () => _lags.SelectMany(lag => lag.Records()), "{message}", "Records of a partition that the group has yet to finish.");
        meter.CreateObservableGauge("driftline.streaming.lag.time", () => _lags.SelectMany(lag => lag.Seconds()), "s", "Age of the oldest record of a partition that the group has yet to finish.");
    }

    internal void Watch(LoopLag lag) => _lags.Add(lag);

    internal void Processed(string topic, string group, int records, TimeSpan duration)
    {
        var tags = Tags("process", topic);
        tags.Add("messaging.consumer.group.name", group);
        _consumed.Add(records, tags);
        _processDuration.Record(duration.TotalSeconds, tags);
        _batch.Record(records, new TagList { { "messaging.destination.name", topic }, { "messaging.consumer.group.name", group } });
    }

    /// <param name="records">All with the same outcome.</param>
    internal void Sent(string topic, int records, TimeSpan duration, string? error)
    {
        var tags = Tags("send", topic);
        if (error is not null) tags.Add("error.type", error);
        _sent.Add(records, tags);
        _sendDuration.Record(duration.TotalSeconds, tags);
    }

    internal void Rejected(string topic, string stage, string kind) =>
        _rejected.Add(1, new TagList { { "messaging.destination.name", topic }, { "driftline.stage", stage }, { "driftline.reason", kind } });

    internal void Retried(string topic, Exception e) => _retries.Add(1, new TagList { { "messaging.destination.name", topic }, { "error.type", e.GetType().Name.Split('`')[0] } }); // a generic type's name ends with how many it takes

    internal void Lost(string topic, long records) => _lost.Add(records, new TagList { { "messaging.destination.name", topic } });

    /// <summary>One span for all records: the child of what led to a single one; of several it links to what led to each.</summary>
    internal static Activity? StartSend(string topic, IReadOnlyList<OutgoingRecord> records)
    {
        if (!Source.HasListeners()) return null;
        var activity = records.Count == 1
            ? Source.StartActivity($"send {topic}", ActivityKind.Producer, records[0].Cause, Tags("send", topic))
            : Source.StartActivity(
                ActivityKind.Producer, default(ActivityContext), Tags("send", topic), LinksTo(records.Take(MaxLinks).Select(record => record.Cause)), name: $"send {topic}");
        if (records.Count > 1) activity?.SetTag("messaging.batch.message_count", records.Count);
        return activity;
    }

    /// <summary>Links to the creators of the batch; a batch of one is also the child of its creator, so that one trace crosses the pipeline.</summary>
    internal static Activity? StartProcess<T>(string topic, IReadOnlyList<Received<T>> batch) where T : class
    {
        if (!Source.HasListeners()) return null;
        var links = LinksTo(batch.Take(MaxLinks).Select(record => TraceHeaders.Extract(record.Headers)));
        var activity = Source.StartActivity(
            ActivityKind.Consumer, batch.Count == 1 && links is [var parent] ? parent.Context : default, Tags("process", topic), links, name: $"process {topic}");
        activity?.SetTag("messaging.batch.message_count", batch.Count);
        return activity;
    }

    private static List<ActivityLink> LinksTo(IEnumerable<ActivityContext> contexts) => [.. contexts.Where(context => context != default).Select(context => new ActivityLink(context))];

    private static TagList Tags(string operation, string topic) => new()
    {
        { "messaging.system", "kafka" }, { "messaging.operation.name", operation }, { "messaging.destination.name", topic },
    };
}
