using System.Text.Json;
using System.Text.Json.Serialization;

namespace Driftline.Local;

/// <summary>The last line of a <c>--once</c> run.</summary>
/// <param name="Events">Events sent.</param>
/// <param name="SequencesTouched">Users whose stored sequence is exactly what the accepted events make.</param>
/// <param name="InterestUpdates">Records added to <c>interest.updates</c> during the run.</param>
/// <param name="UsersServed">Users who got recommendations made for them.</param>
/// <param name="Lost">Accepted events that the recommender's answers do not reflect.</param>
public sealed record RunReport(
    int Events, int Accepted, int Rejected, int SequencesTouched, long InterestUpdates, int UsersServed, int Lost, Freshness FreshnessMs, string Data)
{
    public string ToJson() => JsonSerializer.Serialize(this, RunReportJson.Default.RunReport);
}

/// <param name="Samples">How many events were followed from their 202 to the answer that reflects them.</param>
public sealed record Freshness(double? P50, double? P99, int Samples);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class RunReportJson : JsonSerializerContext;
