namespace Driftline.Client;

/// <summary>A user whose interest in a category is rising.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Rise">next - current.</param>
/// <param name="Current">h_t: observed share of interest, 0 to 1.</param>
/// <param name="Next">h_{t+1}: predicted share, 0 to 1.</param>
/// <param name="ModelVersion">The model that computed this.</param>
/// <param name="AsOf">Event time of the newest event that this was computed from.</param>
/// <param name="Cursor">A listing with it goes on after this user.</param>
public sealed record AudienceMember(string UserId, double Rise, double Current, double Next, string ModelVersion, DateTimeOffset AsOf, string Cursor);

/// <summary>Where the population's interest goes.</summary>
/// <param name="AsOf">When this was computed.</param>
/// <param name="Users">Users updated within the window.</param>
/// <param name="Sampled">Users that this was computed from.</param>
/// <param name="Categories">Those with the most interest, the last for all others; their mean shares now and next.</param>
/// <param name="Migration">Migration[from][to]: share of all interest, in the order of the categories; sums to 1.</param>
/// <param name="Rising">The largest gains in mean share.</param>
/// <param name="Falling">The largest losses in mean share.</param>
public sealed record PopulationTrends(
    DateTimeOffset AsOf, long Users, int Sampled, IReadOnlyList<InterestShare> Categories, IReadOnlyList<IReadOnlyList<double>> Migration,
    IReadOnlyList<InterestShift> Rising, IReadOnlyList<InterestShift> Falling);
