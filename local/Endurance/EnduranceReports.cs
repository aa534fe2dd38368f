using System.Text.Json.Serialization;

namespace Driftline.Local.Endurance;

/// <summary>What <c>overload</c> found.</summary>
/// <param name="Sustainable">Events per second that the whole pipeline keeps up with.</param>
/// <param name="Refusals">Requests answered 503.</param>
/// <param name="HeldUp">Events that were due while every connection waited for an answer.</param>
/// <param name="Unanswered">Requests without an answer.</param>
/// <param name="Missing">Accepted events that are in no sequence.</param>
/// <param name="Behind">Users whose interest was not computed from their whole sequence.</param>
/// <param name="Restarts">Services that ended by themselves.</param>
/// <param name="LimitMiB">See <see cref="MemoryLimits"/>.</param>
/// <param name="PeakMiB">Most resident memory by process.</param>
internal sealed record OverloadReport(
    double Sustainable, double Rate, double Minutes, long Offered, long Accepted, long Refusals, long RefusalsWithoutRetryAfter, long HeldUp, long Unanswered,
    int Missing, int Behind, double DrainedAfterSeconds, int Restarts, IReadOnlyDictionary<string, double> LimitMiB, IReadOnlyDictionary<string, double> PeakMiB);

/// <summary>What one figure of one process was in the run's second third, and in its last part.</summary>
internal sealed record Growth(string Process, string Figure, double Before, double After, bool Grew);

/// <summary>What <c>soak</c> found.</summary>
/// <param name="Lost">Differences that the audit found, of any kind.</param>
/// <param name="Restarts">Services that ended by themselves.</param>
internal sealed record SoakReport(double Minutes, double Rate, int Events, int Lost, int Grew, int Restarts, IReadOnlyList<Growth> Figures);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OverloadReport))]
[JsonSerializable(typeof(SoakReport))]
internal sealed partial class EnduranceJson : JsonSerializerContext;
