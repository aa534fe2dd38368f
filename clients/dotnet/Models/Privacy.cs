namespace Driftline.Client;

/// <summary>An erasure that Kafka has.</summary>
/// <param name="ErasureId"><see cref="RecommenderClient.ErasureAsync"/> tells how far it is.</param>
/// <param name="RequestedAt">What was known of the user up to this time is erased.</param>
public sealed record ErasureAccepted(string ErasureId, DateTimeOffset RequestedAt);

/// <summary>How far an erasure is.</summary>
/// <param name="ErasureId">Its id.</param>
/// <param name="RequestedAt">What was known of the user up to this time is erased.</param>
/// <param name="Completed">True once every stage is done.</param>
/// <param name="Stages">In the order in which the erasure reaches them.</param>
public sealed record Erasure(string ErasureId, DateTimeOffset RequestedAt, bool Completed, IReadOnlyList<ErasureStage> Stages);

/// <param name="Stage">Name of the stage.</param>
/// <param name="CompletedAt">When it had erased all that it holds of the user; null while it has not.</param>
public sealed record ErasureStage(string Stage, DateTimeOffset? CompletedAt);

/// <summary>Everything that Redis holds about a user. Hashes are XXH64, in hexadecimal.</summary>
/// <param name="UserId">The user asked for.</param>
/// <param name="ExportedAt">When this was read.</param>
/// <param name="Sequence">The rolling sequence of events, oldest first.</param>
/// <param name="Purchases">Items bought, each with its newest purchase.</param>
/// <param name="Attributes">What events said of the user.</param>
/// <param name="Interests">What was computed last; null for nothing.</param>
/// <param name="Challengers">What was computed last by models that an experiment runs beside the one that serves, by their names.</param>
/// <param name="History">What was computed before and last, newest first.</param>
/// <param name="UpdatedAt">The user's place in the list of those updated last; null without one.</param>
/// <param name="Feedback">What the user was shown in experiments, and what came of it; null for nothing.</param>
/// <param name="Sessions">Ids of the shoppers who were merged into the user, oldest first.</param>
/// <param name="MergedInto">The user into whom this one, a session, was merged; null if not.</param>
/// <param name="ErasedAt">When the user was last erased, as far as that is still remembered; null if not.</param>
public sealed record UserExport(
    string UserId, DateTimeOffset ExportedAt, IReadOnlyList<HeldEntry> Sequence, IReadOnlyList<HeldPurchase> Purchases, IReadOnlyList<HeldAttribute> Attributes,
    HeldInterests? Interests, IReadOnlyDictionary<string, HeldInterests> Challengers, IReadOnlyList<InterestMoment> History, DateTimeOffset? UpdatedAt, HeldFeedback? Feedback,
    IReadOnlyList<string> Sessions, string? MergedInto, DateTimeOffset? ErasedAt);

/// <param name="Weight">A review's rating, else the quantity, at most 255.</param>
/// <param name="PriceBand">Half-octave band of the unit price; 0 is unknown.</param>
public sealed record HeldEntry(DateTimeOffset EventTime, string EventType, string ItemId, int Weight, int PriceBand, string EventIdHash);

public sealed record HeldPurchase(string ItemId, DateTimeOffset BoughtAt);

public sealed record HeldAttribute(string Name, string Value, DateTimeOffset SaidAt);

/// <param name="Embedding">The user's vector under the state's model version.</param>
/// <param name="Boosts">Items that the model favours beyond the vector.</param>
public sealed record HeldInterests(UserInterests State, IReadOnlyList<float> Embedding, IReadOnlyList<HeldBoost> Boosts);

public sealed record HeldBoost(string ItemId, float Boost);

/// <param name="Events">Events that were looked at.</param>
public sealed record HeldFeedback(IReadOnlyList<HeldCounts> Counts, IReadOnlyList<HeldShowing> Showings, IReadOnlyList<HeldEventMark> Events);

public sealed record HeldCounts(string Experiment, string Variant, long Impressions, long Clicks, long Purchases);

/// <param name="Had">impression, click and purchase, as far as they happened.</param>
public sealed record HeldShowing(
    string Experiment, string Variant, string ModelVersion, string ItemIdHash, int Position, IReadOnlyList<string> Had, DateTimeOffset LastAt);

public sealed record HeldEventMark(DateTimeOffset EventTime, string EventIdHash);
