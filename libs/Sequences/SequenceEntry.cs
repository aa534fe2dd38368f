namespace Driftline.Sequences;

/// <summary>What a shopper did with an item. The values are stored: never renumber them.</summary>
public enum SequenceEventType : byte
{
    Click = 1,
    AddToCart = 2,
    Purchase = 3,
    Review = 4,
}

/// <summary>One item of one event, as a sequence holds it.</summary>
/// <param name="EventTime">Milliseconds since the Unix epoch.</param>
/// <param name="EventIdHash">XXH64 of the event id's UTF-8 bytes.</param>
/// <param name="Type">What was done.</param>
/// <param name="Weight">A review's rating rounded to 1..5, else the quantity clamped to 1..255.</param>
/// <param name="PriceBand">See <see cref="PriceBands"/>; 0 is unknown.</param>
/// <param name="ItemId">The storefront's item id.</param>
public readonly record struct SequenceEntry(
    long EventTime, ulong EventIdHash, SequenceEventType Type, byte Weight, byte PriceBand, string ItemId);
