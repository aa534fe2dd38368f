using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Driftline.Ingestor;

/// <summary>Own instruments of the ingestor. User, event and item ids are never tags.</summary>
internal sealed class IngestorMetrics
{
    public const string MeterName = "Driftline.Ingestor";

    /// <summary>Result of elements whose request was answered with 503.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>Type of elements whose type cannot be read.</summary>
    public const string UnknownType = "unknown";

    private readonly Counter<long> _events;
    private readonly Counter<long> _items;
    private readonly Counter<long> _erasures;
    private readonly Counter<long> _merges;

    public IngestorMetrics(IMeterFactory meters, InFlight inFlight)
    {
        var meter = meters.Create(MeterName);
        _events = meter.CreateCounter<long>("driftline.ingestor.events", "{event}", "Elements of POST /v1/events by type and result.");
        _items = meter.CreateCounter<long>("driftline.ingestor.items", "{item}", "Catalogue changes by operation and result.");
        _erasures = meter.CreateCounter<long>("driftline.ingestor.erasures", "{erasure}", "Erasures requested, by result.");
        _merges = meter.CreateCounter<long>("driftline.ingestor.merges", "{merge}", "Merges of sessions into users requested, by result.");
        meter.CreateObservableGauge("driftline.ingestor.in_flight", () => inFlight.Count, "{record}", "Records waiting for Kafka's acknowledgement.");
    }

    public void Events(string? type, ResultStatus result, int count) => Events(type, Name(result), count);

    public void Events(string? type, string result, int count) => _events.Add(count, new TagList { { "type", type ?? UnknownType }, { "result", result } });

    public void Items(string operation, string result, int count) => _items.Add(count, new TagList { { "operation", operation }, { "result", result } });

    public void Erasure(string result) => _erasures.Add(1, new TagList { { "result", result } });

    public void Merge(string result) => _merges.Add(1, new TagList { { "result", result } });

    public static string Name(ResultStatus result) => result switch
    {
        ResultStatus.Accepted => "accepted",
        ResultStatus.Duplicate => "duplicate",
        ResultStatus.NotStored => "not_stored",
        _ => "rejected",
    };
}
