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
/// <param name="ExplainIgnored">Why no item has an explanation; null where they have, or none was asked for.</param>
public sealed record Recommendations(
    string UserId, bool Personalised, string? Reason, string? ModelVersion, DateTimeOffset? AsOf, long? StalenessMs, string AttributionToken,
    IReadOnlyList<RecommendedItem> Items, string? ContextIgnored = null, string? Experiment = null, string? Variant = null, string? ExplainIgnored = null);

/// <param name="ItemId">The item's id in the catalogue.</param>
/// <param name="Title">The catalogue's title.</param>
/// <param name="Category">Main category.</param>
/// <param name="Price">In <paramref name="Currency"/>; null if the catalogue has none.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Score">Compare within one source only.</param>
/// <param name="Source"><c>model</c>, <c>exploration</c>, <c>similar</c>, <c>trending</c> or <c>latest</c>.</param>
/// <param name="Reasons">Why the item is here, for people.</param>
/// <param name="Kind">product, article, ad, or a word of the storefront's own.</param>
/// <param name="Propensity">The probability with which the item stands at this place, given those before it; null where nothing was explored.</param>
/// <param name="Explanation">What led to the item, where that was asked for and could be told.</param>
public sealed record RecommendedItem(
    string ItemId, string Title, string? Category, double? Price, string? Currency, double Score, string Source, IReadOnlyList<string> Reasons, string Kind,
    double? Propensity = null, ItemExplanation? Explanation = null);

/// <summary>What led to an item's score, from the model's own attribution.</summary>
/// <param name="Events">The past events that raise the score most, largest share first.</param>
/// <param name="Rising">The item's category, where the user's interest in it is rising.</param>
public sealed record ItemExplanation(IReadOnlyList<PastEvent> Events, RisingCategory? Rising);

/// <param name="ItemId">What the event was about.</param>
/// <param name="Title">The catalogue's title; null for an item that is no longer in it.</param>
/// <param name="EventType"><c>click</c>, <c>add-to-cart</c>, <c>purchase</c> or <c>review</c>.</param>
/// <param name="EventTime">When it happened.</param>
/// <param name="Share">Its part of all that raises the score, 0 to 1.</param>
/// <param name="Delta">The score less what it is without the event.</param>
public sealed record PastEvent(string ItemId, string? Title, string EventType, DateTimeOffset EventTime, double Share, double Delta);

/// <param name="Category">Name of the category.</param>
/// <param name="Current">Observed share of interest, 0 to 1.</param>
/// <param name="Next">Predicted share, 0 to 1.</param>
/// <param name="Events">The past events that raise the predicted share most, largest share first.</param>
public sealed record RisingCategory(string Category, float Current, float Next, IReadOnlyList<PastEvent> Events);

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
