namespace Driftline.Client;

/// <summary>A user's interest now (h_t) and next (h_{t+1}).</summary>
/// <param name="UserId">The user asked for.</param>
/// <param name="Known">False only on the event stream, while nothing is known of the user.</param>
/// <param name="ModelVersion">The model that computed this.</param>
/// <param name="AsOf">Event time of the newest event that this was computed from.</param>
/// <param name="ComputedAt">When the predictor computed it.</param>
/// <param name="StalenessMs">Milliseconds since that newest event reached the ingestor.</param>
/// <param name="SequenceLength">Events in the sequence that this was computed from.</param>
/// <param name="SequenceDigest">Order-free fingerprint of that sequence: a signed 64-bit number as text.</param>
/// <param name="Interests">By falling 'next'.</param>
/// <param name="Drift">Jensen-Shannon divergence of current and next, base 2, 0 to 1.</param>
/// <param name="DriftKind"><c>seasonal</c>, <c>trend</c>, <c>personal</c> or <c>unknown</c>; null where the model does not tell kinds apart.</param>
/// <param name="Rising">Largest gain first.</param>
/// <param name="Falling">Largest loss first.</param>
/// <param name="History">The states up to this one, newest first, where they were asked for; else null.</param>
public sealed record UserInterests(
    string UserId, bool Known, string? ModelVersion, DateTimeOffset? AsOf, DateTimeOffset? ComputedAt, long? StalenessMs, int SequenceLength,
    string? SequenceDigest, IReadOnlyList<InterestShare> Interests, double Drift, string? DriftKind,
    IReadOnlyList<InterestShift> Rising, IReadOnlyList<InterestShift> Falling, IReadOnlyList<InterestMoment>? History = null);

/// <summary>A user's interest as it was at one update.</summary>
/// <param name="AsOf">Event time of the newest event that it was computed from.</param>
/// <param name="ComputedAt">When the predictor computed it.</param>
/// <param name="ModelVersion">The model that computed it.</param>
/// <param name="Interests">Those that are largest now or next, by falling 'next'.</param>
/// <param name="Drift">Jensen-Shannon divergence of current and next, base 2, 0 to 1.</param>
/// <param name="DriftKind">As in the interests of now.</param>
/// <param name="Rising">Largest gain first.</param>
/// <param name="Falling">Largest loss first.</param>
public sealed record InterestMoment(
    DateTimeOffset AsOf, DateTimeOffset ComputedAt, string ModelVersion, IReadOnlyList<InterestShare> Interests, double Drift, string? DriftKind,
    IReadOnlyList<InterestShift> Rising, IReadOnlyList<InterestShift> Falling);

/// <param name="Category">Name of the category.</param>
/// <param name="Current">h_t: observed share of interest, 0 to 1.</param>
/// <param name="Next">h_{t+1}: predicted share, 0 to 1.</param>
public sealed record InterestShare(string Category, float Current, float Next);

/// <param name="Category">Name of the category.</param>
/// <param name="Delta">next - current.</param>
public sealed record InterestShift(string Category, float Delta);

/// <param name="UserId">The user.</param>
/// <param name="UpdatedAt">When the predictor computed the user's newest interests.</param>
public sealed record RecentUser(string UserId, DateTimeOffset UpdatedAt);

internal sealed record RecentUsers(IReadOnlyList<RecentUser> Users);
