using System.Text;
using driftline.events;
using Driftline.Hosting;
using Driftline.Sequences;
using Microsoft.Extensions.Options;

namespace Driftline.FeatureBuilder;

/// <summary>
/// An event as sequence entries, checked again: a storefront may write to the topic itself, and whatever gets past here stays for months.
/// </summary>
public sealed class ReadEvent(IOptions<FeatureBuilderOptions> options, TimeProvider time)
{
    /// <summary>Most that the clocks of the ingestor's machine and this one may differ: what got a 202 is not refused for that.</summary>
    internal static readonly TimeSpan MostSkew = TimeSpan.FromMinutes(10);

    private const int MaxIdBytes = 1_024;

    // The most that an ingestor can be set to let through.
    private const int MaxAttributes = 1_000, MaxAttributeChars = 16_384;

    /// <returns>Null and the entries (none for an impression and a merge), or why the event is refused.</returns>
    public string? TryRead(string? key, StorefrontEvent? value, out IReadOnlyList<SequenceEntry> entries)
    {
        entries = [];
        if (value is null) return "the record has no value: an event cannot be a tombstone";
        if (IdError("userId", value.userId) is { } userError) return userError;
        if (key != value.userId) return "the record's key is not its userId: key events by user id so that a user's events keep their order";
        if (IdError("eventId", value.eventId) is { } eventError) return eventError;
        if (TimeError(value) is { } timeError) return timeError;
        if (AttributeError(value.attributes) is { } attributeError) return attributeError;
        if (value.payload is SessionMerged merged) return MergeError(value.userId, merged.intoUserId);
        var (type, items, rating) = Unpack(value.payload);
        if (items is not { Count: > 0 }) return "payload.items is empty: an event names at least one item";
        if (type == SequenceEventType.Review && rating is not (>= 1 and <= 5)) return "payload.rating must be between 1 and 5";

        foreach (var item in items)
        {
            if (IdError("payload.items.itemId", item.itemId) is { } itemError) return itemError;
            if (item.quantity < 1) return "payload.items.quantity must be at least 1";
            if (item.price is { } price && !(price >= 0 && double.IsFinite(price))) return "payload.items.price must be a number of at least 0";
        }

        if (type is { } kind) entries = Entries(value, kind, items, rating);
        return null;
    }

    /// <summary>One for each item: the same item twice counts with the quantities' sum.</summary>
    private static SequenceEntry[] Entries(StorefrontEvent value, SequenceEventType type, IList<EventItem> items, double? rating)
    {
        var eventIdHash = PackedMember.HashEventId(value.eventId);
        return items is [var only]
            ? [Entry(only, only.quantity)]
            : [.. items.GroupBy(item => item.itemId, StringComparer.Ordinal).Select(item => Entry(item.First(), item.Sum(one => (long)one.quantity)))];

        SequenceEntry Entry(EventItem item, long quantity) => new(
            value.eventTime, eventIdHash, type, type == SequenceEventType.Review ? (byte)Math.Round(rating!.Value) : (byte)Math.Min(255, quantity), PriceBands.Of(item.price), item.itemId);
    }

    private string? TimeError(StorefrontEvent value)
    {
        if (value.eventTime < 0) return "eventTime is before 1970: give milliseconds since the Unix epoch";
        if (value.receivedAt < 0) return "receivedAt is before 1970: give milliseconds since the Unix epoch";
        if (value.receivedAt > (time.GetUtcNow() + MostSkew).ToUnixTimeMilliseconds()) return $"receivedAt is more than {MostSkew} in the future: check the clocks of the ingestor's machine and of this one";
        if (value.eventTime - value.receivedAt > options.Value.MaxFuture.TotalMilliseconds) return $"eventTime is more than {options.Value.MaxFuture} after receivedAt: check the sender's clock";
        return value.receivedAt - value.eventTime > options.Value.MaxLateness.TotalMilliseconds
            ? $"eventTime is more than {options.Value.MaxLateness} before receivedAt: raise FeatureBuilder:MaxLateness to accept older events"
            : null;
    }

    private static string? AttributeError(IDictionary<string, string> attributes) =>
        attributes.Count > MaxAttributes ? $"attributes has {attributes.Count} entries: at most {MaxAttributes} are taken"
        : attributes.Any(attribute => attribute.Key.Length > MaxAttributeChars || attribute.Value.Length > MaxAttributeChars) ? $"attributes holds a name or value of more than {MaxAttributeChars} characters"
        : null;

    /// <summary>A null type is an impression: read, checked, and never part of a sequence.</summary>
    private static (SequenceEventType? Type, IList<EventItem> Items, double? Rating) Unpack(object payload) => payload switch
    {
        Click click => (SequenceEventType.Click, click.items, null),
        AddToCart cart => (SequenceEventType.AddToCart, cart.items, null),
        Purchase purchase => (SequenceEventType.Purchase, purchase.items, null),
        Review review => (SequenceEventType.Review, review.items, review.rating),
        Impression impression => (null, impression.items, null),
        _ => throw new FormatException($"payload is a {payload?.GetType().Name ?? "null"}: no event type that this version knows"),
    };

    private static string? MergeError(string anonymousId, string intoUserId) =>
        AnonymousUsers.SessionOf(anonymousId) is null ? "userId is no session's: only a shopper who is not known can be merged into a user"
        : AnonymousUsers.SessionOf(intoUserId) is not null ? "payload.intoUserId is a session's: merge it into the user that it turned out to be"
        : IdError("payload.intoUserId", intoUserId);

    private static string? IdError(string field, string? id) =>
        string.IsNullOrEmpty(id) ? $"{field} is empty"
        : Encoding.UTF8.GetByteCount(id) > MaxIdBytes ? $"{field} is longer than {MaxIdBytes} bytes in UTF-8"
        : null;
}
