using System.Text.Json;
using System.Text.Json.Serialization;

namespace Driftline.Bench.EndToEnd;

/// <summary>What a run of <c>e2e</c> found. Costs are of the measured part, without the warm-up, and of everything until the last event had shown.</summary>
/// <param name="Rate">Events per second that arrived.</param>
/// <param name="Sustained">Events per second from the measured part's first to the moment when the recommender's answers reflected its last.</param>
/// <param name="Lost">Acknowledged events that the recommender's answers never came to reflect.</param>
/// <param name="AckMs">From when an event was due to its 202, all events.</param>
/// <param name="UpdateMs">From an event's 202 to the first update in <c>interest.updates</c> that reflects it, all events.</param>
/// <param name="FreshnessMs">From a 202 to the recommender's first answer that reflects the event, over the events that were followed by asking.</param>
/// <param name="Updates">Interest updates: several events of one user may share one.</param>
/// <param name="AllocatedBytesPerEvent">Managed memory, by service.</param>
/// <param name="GcPauseShare">Of the time: how long each service stood still for its garbage collector.</param>
/// <param name="ResidentMiB">Of each process at the end.</param>
/// <param name="CpuCores">CPU seconds per second by part.</param>
/// <param name="RedisBytes">Growth of Redis' data during the whole run.</param>
/// <param name="Entries">Entries of all users' sequences at the end.</param>
/// <param name="CpuSecondsPerRequest">Of the recommender for one answer of recommendations, asked for after the load; null where none was asked for.</param>
internal sealed record E2eReport(
    double Rate, double Sustained, int Lost, double Seconds, int Users, int UsersSeen, long Accepted, long Requests, long Updates,
    Percentiles AckMs, Percentiles UpdateMs, Freshness FreshnessMs,
    IReadOnlyDictionary<string, double> CpuSecondsPerMillionEvents, IReadOnlyDictionary<string, double> AllocatedBytesPerEvent,
    IReadOnlyDictionary<string, double> GcPauseShare, IReadOnlyDictionary<string, double> ResidentMiB, IReadOnlyDictionary<string, double> CpuCores,
    IReadOnlyDictionary<string, double> TopicBytesPerRecord,
    long RedisBytes, long Entries, double? CpuSecondsPerRequest, string Machine)
{
    public string ToJson() => JsonSerializer.Serialize(this, E2eReportJson.Default.E2eReport);
}

/// <inheritdoc cref="Percentiles"/>
internal sealed record Freshness(double? P50, double? P90, double? P99, double? P999, int Samples);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(E2eReport))]
[JsonSerializable(typeof(Peer.PeerReport))]
internal sealed partial class E2eReportJson : JsonSerializerContext;
