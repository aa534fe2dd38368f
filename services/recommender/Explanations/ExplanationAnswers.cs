namespace Driftline.Recommender.Explanations;

/// <summary>What led to an item's score, from the model's own attribution: each of the user's newest events left out in turn.</summary>
/// <param name="Events">The past events that raise the score most, largest share first; none where no single event does.</param>
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
/// <param name="Current">h_t: observed share of interest, 0 to 1.</param>
/// <param name="Next">h_{t+1}: predicted share, 0 to 1.</param>
/// <param name="Events">The past events that raise the predicted share most, largest share first.</param>
public sealed record RisingCategory(string Category, float Current, float Next, IReadOnlyList<PastEvent> Events);
