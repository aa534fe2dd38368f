using driftline.events;
using Driftline.Recommender.Explanations;
using Driftline.Recommender.Interests;
using Driftline.Recommender.Retrieval;

namespace Driftline.Recommender.Api;

/// <summary>What to show to a shopper next.</summary>
/// <param name="UserId">The user asked for.</param>
/// <param name="Personalised">True if any item comes from the user's own interests.</param>
/// <param name="Reason">Why the answer is not personal; null when it is.</param>
/// <param name="ModelVersion">Of the user's interests; for an unknown user the current release's, if there is one.</param>
/// <param name="AsOf">Event time of the newest event that the answer reflects: the user's own, or for an unknown user anybody's.</param>
/// <param name="StalenessMs">Milliseconds since that event reached the ingestor; null before any event.</param>
/// <param name="AttributionToken">Opaque; send it back with the events that this answer leads to.</param>
/// <param name="Items">Best first, or as diversity orders them; model or similar items before trending ones, and those before the latest.</param>
/// <param name="ContextIgnored">Why the item of the page had no part in the answer; null when it had one, or none was named.</param>
/// <param name="Experiment">The experiment that the user takes part in; null outside experiments.</param>
/// <param name="Variant">The user's variant in it.</param>
/// <param name="ExplainIgnored">Why no item has an explanation; null where they have, or none was asked for.</param>
public sealed record RecommendationsAnswer(
    string UserId, bool Personalised, string? Reason, string? ModelVersion, DateTimeOffset? AsOf, long? StalenessMs, string AttributionToken,
    IReadOnlyList<RecommendedItem> Items, string? ContextIgnored = null, string? Experiment = null, string? Variant = null, string? ExplainIgnored = null);

/// <summary>What is like an item.</summary>
/// <param name="ItemId">The item asked for.</param>
/// <param name="ModelVersion">Of the vectors that were compared; null when none were.</param>
/// <param name="Reason">Why the items are not similar ones, or there are none; null otherwise.</param>
/// <param name="AttributionToken">Opaque; send it back with the events that this answer leads to.</param>
/// <param name="Items">Best first, or as diversity orders them; similar items, or trending ones where there are none.</param>
public sealed record SimilarAnswer(string ItemId, string? ModelVersion, string? Reason, string AttributionToken, IReadOnlyList<RecommendedItem> Items);

/// <param name="ItemId">The item's id in the catalogue.</param>
/// <param name="Title">The catalogue's title.</param>
/// <param name="Category">Main category.</param>
/// <param name="Price">In <paramref name="Currency"/>; null if the catalogue has none.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Score">model: inner product of user and item vector, with a context mixed with likeness to its item; similar: cosine; trending: decayed weight; latest: when the item was last updated, in milliseconds since the Unix epoch. Compare within one source only.</param>
/// <param name="Source"><c>model</c>, <c>exploration</c> (of the model's too, but put there by chance), <c>similar</c>, <c>trending</c> or <c>latest</c>.</param>
/// <param name="Reasons">Why the item is here, for people.</param>
/// <param name="Kind">What the item is to the storefront: product, article, ad, or a word of its own.</param>
/// <param name="Propensity">The probability with which the item stands at this place, given those before it; null where nothing was explored.</param>
/// <param name="Explanation">What led to the item, where that was asked for and could be told.</param>
public sealed record RecommendedItem(
    string ItemId, string Title, string? Category, double? Price, string? Currency, double Score, string Source, IReadOnlyList<string> Reasons, string Kind = "product",
    double? Propensity = null, ItemExplanation? Explanation = null)
{
    internal static RecommendedItem From(Product product, double score, string source, IReadOnlyList<string> reasons) =>
        new(product.ItemId, product.Title, product.Category, product.Price, product.Currency, score, source, reasons, product.Kind);
}

/// <summary>A user's interest now (h_t) and next (h_{t+1}).</summary>
/// <param name="UserId">The user asked for.</param>
/// <param name="Known">False only on the event stream, while nothing is known of the user.</param>
/// <param name="ModelVersion">The model that computed this.</param>
/// <param name="AsOf">Event time of the newest event that this was computed from.</param>
/// <param name="ComputedAt">When the predictor computed it.</param>
/// <param name="StalenessMs">Milliseconds since that newest event reached the ingestor.</param>
/// <param name="SequenceLength">Events in the sequence that this was computed from.</param>
/// <param name="SequenceDigest">Order-free fingerprint of that sequence: a signed 64-bit number, as text because JavaScript's numbers cannot hold it.</param>
/// <param name="Interests">By falling 'next'.</param>
/// <param name="Drift">Jensen-Shannon divergence of current and next, base 2, 0 to 1.</param>
/// <param name="DriftKind"><c>seasonal</c>, <c>trend</c>, <c>personal</c> or <c>unknown</c>; null where the model does not tell kinds apart.</param>
/// <param name="Rising">Largest gain first.</param>
/// <param name="Falling">Largest loss first.</param>
/// <param name="History">The states up to this one, newest first, where they were asked for; else null.</param>
public sealed record InterestsAnswer(
    string UserId, bool Known, string? ModelVersion, DateTimeOffset? AsOf, DateTimeOffset? ComputedAt, long? StalenessMs, int SequenceLength,
    string? SequenceDigest, IReadOnlyList<InterestShare> Interests, double Drift, string? DriftKind,
    IReadOnlyList<InterestShift> Rising, IReadOnlyList<InterestShift> Falling, IReadOnlyList<InterestMoment>? History = null)
{
    internal static InterestsAnswer Unknown(string userId) => new(userId, false, null, null, null, null, 0, null, [], 0, null, [], []);

    internal static InterestsAnswer From(InterestUpdated update, DateTimeOffset now) => new(
        update.userId, true, update.modelVersion, At(update.newestEventTime), At(update.computedAt),
        Math.Max(0, now.ToUnixTimeMilliseconds() - update.newestReceivedAt), update.sequenceLength,
        update.sequenceDigest.ToString(System.Globalization.CultureInfo.InvariantCulture),
        [.. update.interests.Select(interest => new InterestShare(interest.category, interest.current, interest.next))],
        update.drift, KindOf(update), Shifts(update.rising), Shifts(update.falling));

    internal static string? KindOf(InterestUpdated update) => update.driftKind?.ToString().ToLowerInvariant();

    internal static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    internal static InterestShift[] Shifts(IEnumerable<CategoryShift> shifts) => [.. shifts.Select(shift => new InterestShift(shift.category, shift.delta))];
}

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
    IReadOnlyList<InterestShift> Rising, IReadOnlyList<InterestShift> Falling)
{
    private const int MostInterests = 10;

    internal static InterestMoment From(InterestUpdated update) => new(
        InterestsAnswer.At(update.newestEventTime), InterestsAnswer.At(update.computedAt), update.modelVersion,
        [.. update.interests.OrderByDescending(interest => Math.Max(interest.current, interest.next)).Take(MostInterests).OrderByDescending(interest => interest.next)
            .Select(interest => new InterestShare(interest.category, interest.current, interest.next))],
        update.drift, InterestsAnswer.KindOf(update), InterestsAnswer.Shifts(update.rising), InterestsAnswer.Shifts(update.falling));
}

/// <summary>A user whose interest in a category is rising.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Rise">next - current.</param>
/// <param name="Current">h_t: observed share of interest, 0 to 1.</param>
/// <param name="Next">h_{t+1}: predicted share, 0 to 1.</param>
/// <param name="ModelVersion">The model that computed this.</param>
/// <param name="AsOf">Event time of the newest event that this was computed from.</param>
/// <param name="Cursor">Opaque; an answer to it goes on after this user.</param>
public sealed record AudienceMember(string UserId, double Rise, double Current, double Next, string ModelVersion, DateTimeOffset AsOf, string Cursor);

/// <summary>Where the population's interest goes.</summary>
/// <param name="AsOf">When this was computed; it may be some seconds old.</param>
/// <param name="Users">Users updated within the window, as far as Recommender:RecentUsers remembers them.</param>
/// <param name="Sampled">Users that this was computed from.</param>
/// <param name="Categories">Those with the most interest, the last row for all others; their mean shares now and next.</param>
/// <param name="Migration">migration[from][to]: share of all interest, in the order of the categories; sums to 1.</param>
/// <param name="Rising">Of all categories: the largest gains in mean share.</param>
/// <param name="Falling">Of all categories: the largest losses in mean share.</param>
public sealed record TrendsAnswer(
    DateTimeOffset AsOf, long Users, int Sampled, IReadOnlyList<InterestShare> Categories, IReadOnlyList<IReadOnlyList<double>> Migration,
    IReadOnlyList<InterestShift> Rising, IReadOnlyList<InterestShift> Falling);

/// <param name="Category">Name of the category.</param>
/// <param name="Current">h_t: observed share of interest, 0 to 1.</param>
/// <param name="Next">h_{t+1}: predicted share, 0 to 1.</param>
public sealed record InterestShare(string Category, float Current, float Next);

/// <param name="Category">Name of the category.</param>
/// <param name="Delta">next - current.</param>
public sealed record InterestShift(string Category, float Delta);

/// <summary>What shoppers are after, whoever they are.</summary>
/// <param name="AsOf">Event time of the newest event counted; weights are as of then.</param>
/// <param name="StalenessMs">Milliseconds since the newest event counted reached the ingestor; null before any event.</param>
/// <param name="Items">Most trending first.</param>
/// <param name="Reason">Why there are no items; null when there are.</param>
public sealed record TrendingAnswer(DateTimeOffset? AsOf, long? StalenessMs, IReadOnlyList<RecommendedItem> Items, string? Reason = null);

/// <param name="Items">By title, then id.</param>
public sealed record ItemsAnswer(IReadOnlyList<CatalogEntryAnswer> Items);

/// <param name="ItemId">The item's id in the catalogue.</param>
/// <param name="Title">The catalogue's title.</param>
/// <param name="Categories">The first is the main one.</param>
/// <param name="Price">In <paramref name="Currency"/>; null if the catalogue has none.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Available">False for an item that is not for sale now.</param>
/// <param name="Kind">What the item is to the storefront: product, article, ad, or a word of its own.</param>
public sealed record CatalogEntryAnswer(string ItemId, string Title, IReadOnlyList<string> Categories, double? Price, string? Currency, bool Available, string Kind)
{
    internal static CatalogEntryAnswer From(Product product) =>
        new(product.ItemId, product.Title, product.Categories, product.Price, product.Currency, product.Available, product.Kind);
}

/// <param name="Categories">By name.</param>
public sealed record CategoriesAnswer(IReadOnlyList<CategoryAnswer> Categories);

/// <param name="Name">Name of the category.</param>
/// <param name="Items">Items that are in it, as their main category or another.</param>
public sealed record CategoryAnswer(string Name, int Items);

/// <param name="Users">Updated last first.</param>
public sealed record RecentUsersAnswer(IReadOnlyList<RecentUserAnswer> Users);

/// <param name="UserId">The user.</param>
/// <param name="UpdatedAt">When the predictor computed the user's newest interests.</param>
public sealed record RecentUserAnswer(string UserId, DateTimeOffset UpdatedAt)
{
    internal static RecentUserAnswer From(RecentUser user) => new(user.UserId, user.UpdatedAt);
}

/// <summary>What the console needs to know about this deployment.</summary>
/// <param name="DataLabel">What to say about the data, e.g. "Simulated data"; null says nothing.</param>
/// <param name="IngestorUrl">Where events go; null when the console may send none.</param>
/// <param name="ModelVersion">The current release; null before the first.</param>
/// <param name="CatalogItems">Items in the catalogue.</param>
/// <param name="ItemVectors">Items with a vector, by model version.</param>
public sealed record ConsoleAnswer(string? DataLabel, Uri? IngestorUrl, string? ModelVersion, int CatalogItems, IReadOnlyDictionary<string, int> ItemVectors);
