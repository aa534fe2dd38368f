namespace Driftline.Client;

/// <summary>What to show to a shopper next.</summary>
/// <param name="UserId">The user asked for.</param>
/// <param name="Personalised">True if any item comes from the user's own interests.</param>
/// <param name="Reason">Why the answer is not personal; null when it is.</param>
/// <param name="ModelVersion">Of the user's interests; for an unknown user the current release's, if there is one.</param>
/// <param name="AsOf">Event time of the newest event that the answer reflects.</param>
/// <param name="StalenessMs">Milliseconds since that event reached the ingestor; null before any event.</param>
/// <param name="AttributionToken">Send it back with the events that this answer leads to.</param>
/// <param name="Items">Best first.</param>
/// <param name="ContextIgnored">Why the item of the page had no part in the answer; null when it had one, or none was named.</param>
/// <param name="Experiment">The experiment that the user takes part in; null outside experiments.</param>
/// <param name="Variant">The user's variant in it.</param>
public sealed record Recommendations(
    string UserId, bool Personalised, string? Reason, string? ModelVersion, DateTimeOffset? AsOf, long? StalenessMs, string AttributionToken,
    IReadOnlyList<RecommendedItem> Items, string? ContextIgnored = null, string? Experiment = null, string? Variant = null);

/// <param name="ItemId">The item's id in the catalogue.</param>
/// <param name="Title">The catalogue's title.</param>
/// <param name="Category">Main category.</param>
/// <param name="Price">In <paramref name="Currency"/>; null if the catalogue has none.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Score">Compare within one source only.</param>
/// <param name="Source"><c>model</c>, <c>similar</c>, <c>trending</c> or <c>latest</c>.</param>
/// <param name="Reasons">Why the item is here, for people.</param>
/// <param name="Kind">product, article, ad, or a word of the storefront's own.</param>
public sealed record RecommendedItem(
    string ItemId, string Title, string? Category, double? Price, string? Currency, double Score, string Source, IReadOnlyList<string> Reasons, string Kind);

/// <summary>What is like an item.</summary>
/// <param name="ItemId">The item asked for.</param>
/// <param name="ModelVersion">Of the vectors that were compared; null when none were.</param>
/// <param name="Reason">Why the items are not similar ones, or there are none; null otherwise.</param>
/// <param name="AttributionToken">Send it back with the events that this answer leads to.</param>
/// <param name="Items">Best first.</param>
public sealed record SimilarItems(string ItemId, string? ModelVersion, string? Reason, string AttributionToken, IReadOnlyList<RecommendedItem> Items);

/// <summary>What shoppers are after, whoever they are.</summary>
/// <param name="AsOf">Event time of the newest event counted.</param>
/// <param name="StalenessMs">Milliseconds since the newest event counted reached the ingestor; null before any event.</param>
/// <param name="Items">Most trending first.</param>
/// <param name="Reason">Why there are no items; null when there are.</param>
public sealed record TrendingItems(DateTimeOffset? AsOf, long? StalenessMs, IReadOnlyList<RecommendedItem> Items, string? Reason = null);

/// <param name="ItemId">The item's id in the catalogue.</param>
/// <param name="Title">The catalogue's title.</param>
/// <param name="Categories">The first is the main one.</param>
/// <param name="Price">In <paramref name="Currency"/>; null if the catalogue has none.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Available">False for an item that is not for sale now.</param>
/// <param name="Kind">product, article, ad, or a word of the storefront's own.</param>
public sealed record FoundItem(string ItemId, string Title, IReadOnlyList<string> Categories, double? Price, string? Currency, bool Available, string Kind);

internal sealed record FoundItems(IReadOnlyList<FoundItem> Items);

/// <param name="Name">Name of the category.</param>
/// <param name="Items">Items that are in it, as their main category or another.</param>
public sealed record Category(string Name, int Items);

internal sealed record CategoryList(IReadOnlyList<Category> Categories);
