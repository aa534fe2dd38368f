using System.ComponentModel;
using Driftline.Recommender.Api;

namespace Driftline.Recommender.Privacy;

/// <summary>How far an erasure is.</summary>
internal sealed record ErasureAnswer(
    string ErasureId,
    DateTimeOffset RequestedAt,
    [property: Description("True once every stage is done.")] bool Completed,
    [property: Description("In the order in which the erasure reaches them.")] IReadOnlyList<ErasureStageAnswer> Stages);

internal sealed record ErasureStageAnswer(
    string Stage,
    [property: Description("When the stage had erased all that it holds of the user; null while it has not.")] DateTimeOffset? CompletedAt);

/// <summary>Everything that Redis holds about a user. Hashes are XXH64, in hexadecimal.</summary>
internal sealed record ExportAnswer(
    string UserId,
    DateTimeOffset ExportedAt,
    [property: Description("The rolling sequence of events, oldest first.")] IReadOnlyList<HeldEntry> Sequence,
    [property: Description("Items bought, each with its newest purchase.")] IReadOnlyList<HeldPurchase> Purchases,
    [property: Description("What events said of the user.")] IReadOnlyList<HeldAttribute> Attributes,
    [property: Description("What was computed last; null for nothing. The user is listed in the audience of each rising category.")] HeldInterests? Interests,
    [property: Description("What was computed last by models that an experiment runs beside the one that serves, by their names.")] IReadOnlyDictionary<string, HeldInterests> Challengers,
    [property: Description("What was computed before and last, newest first.")] IReadOnlyList<InterestMoment> History,
    [property: Description("The user's place in the list of those updated last; null without one.")] DateTimeOffset? UpdatedAt,
    [property: Description("What the user was shown in experiments, and what came of it; null for nothing.")] HeldFeedback? Feedback,
    [property: Description("Ids of the shoppers who were merged into the user, oldest first.")] IReadOnlyList<string> Sessions,
    [property: Description("The user into whom this one, a session, was merged; null if not.")] string? MergedInto,
    [property: Description("When the user was last erased, as far as that is still remembered, under a hash of the id; null if not.")] DateTimeOffset? ErasedAt);

internal sealed record HeldEntry(
    DateTimeOffset EventTime, string EventType, string ItemId,
    [property: Description("A review's rating, else the quantity, at most 255.")] byte Weight,
    [property: Description("Half-octave band of the unit price; 0 is unknown.")] byte PriceBand,
    string EventIdHash);

internal sealed record HeldPurchase(string ItemId, DateTimeOffset BoughtAt);

internal sealed record HeldAttribute(string Name, string Value, DateTimeOffset SaidAt);

internal sealed record HeldInterests(
    InterestsAnswer State,
    [property: Description("The user's vector under the state's model version.")] IReadOnlyList<float> Embedding,
    [property: Description("Items that the model favours beyond the vector.")] IReadOnlyList<HeldBoost> Boosts);

internal sealed record HeldBoost(string ItemId, float Boost);

internal sealed record HeldFeedback(IReadOnlyList<HeldCounts> Counts, IReadOnlyList<HeldShowing> Showings, [property: Description("Events that were looked at.")] IReadOnlyList<HeldEventMark> Events);

internal sealed record HeldCounts(string Experiment, string Variant, long Impressions, long Clicks, long Purchases);

internal sealed record HeldShowing(
    string Experiment, string Variant, string ModelVersion, string ItemIdHash, byte Position,
    [property: Description("impression, click and purchase, as far as they happened.")] IReadOnlyList<string> Had, DateTimeOffset LastAt);

internal sealed record HeldEventMark(DateTimeOffset EventTime, string EventIdHash);
