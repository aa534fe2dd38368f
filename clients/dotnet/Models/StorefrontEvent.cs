namespace Driftline.Client;

/// <summary>One thing that a shopper did.</summary>
public sealed record StorefrontEvent
{
    /// <summary>Unique per user. A retry carries the same id, so that nothing counts twice.</summary>
    public string EventId { get; init; } = Guid.CreateVersion7().ToString();

    /// <summary>One of <see cref="EventTypes"/>.</summary>
    public required string EventType { get; init; }

    /// <summary>The shopper; null where nobody knows yet who it is, which needs a <see cref="SessionId"/>. Such a shopper's id is <c>session:</c> and the session's.</summary>
    public string? UserId { get; init; }

    /// <summary>The visit.</summary>
    public string? SessionId { get; init; }

    /// <summary>When it happened. <see cref="EventSender"/> fills it in when it is given the event; left out, it is when the request came in.</summary>
    public DateTimeOffset? EventTime { get; init; }

    /// <summary>When the request was sent, by the clock that gave <see cref="EventTime"/>; <see cref="EventSender"/> fills it in for each attempt.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>What it happened to; at least one.</summary>
    public required IReadOnlyList<EventItem> Items { get; init; }

    /// <summary>ISO 4217, of the prices; read for add-to-cart and purchase.</summary>
    public string? Currency { get; init; }

    /// <summary>1 to 5; required for a review, and read only there.</summary>
    public double? Rating { get; init; }

    /// <summary>Read for a review.</summary>
    public string? ReviewText { get; init; }

    /// <summary>From the recommendation that led here.</summary>
    public string? AttributionToken { get; init; }

    /// <summary>Of the user, such as ageBand.</summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }

    /// <summary>False says that the user did not consent to being profiled: the event is counted and kept nowhere. True if left out.</summary>
    public bool? Consent { get; init; }
}

/// <param name="ItemId">Id in the catalogue.</param>
/// <param name="Quantity">At least 1; 1 if left out.</param>
/// <param name="Price">Unit price in the event's currency.</param>
public sealed record EventItem(string ItemId, int? Quantity = null, double? Price = null);

/// <summary>What <see cref="StorefrontEvent.EventType"/> may be.</summary>
public static class EventTypes
{
    public const string Click = "click";
    public const string AddToCart = "add-to-cart";
    public const string Purchase = "purchase";
    public const string Review = "review";

    /// <summary>Kept for click-through; never part of a user's sequence.</summary>
    public const string Impression = "impression";
}
