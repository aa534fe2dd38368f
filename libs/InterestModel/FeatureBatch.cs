using Driftline.Sequences;

namespace Driftline.InterestModel;

/// <summary>An event as the model sees it.</summary>
/// <param name="Item">Row of the item table: <see cref="ItemRows.Unknown"/>, or <see cref="ItemRows.First"/> and up.</param>
/// <param name="Type">What was done.</param>
/// <param name="Time">Milliseconds since the Unix epoch.</param>
public readonly record struct EncodedEvent(int Item, SequenceEventType Type, long Time);

/// <summary>Rows of an item table.</summary>
public static class ItemRows
{
    /// <summary>No event.</summary>
    public const int Padding = 0;

    /// <summary>An event whose item the model does not know.</summary>
    public const int Unknown = 1;

    /// <summary>The row of the vocabulary's item 0.</summary>
    public const int First = 2;
}

/// <summary>
/// Padded features of a batch, row-major [Users, Length], oldest event first and padding last. Zero is padding in all but
/// <see cref="Days"/>.
/// </summary>
public sealed class FeatureBatch
{
    internal FeatureBatch(int users, int length, int attributeCount)
    {
        Users = users;
        Length = length;
        AttributeCount = attributeCount;
        Items = new long[users * length];
        Types = new long[users * length];
        Gaps = new long[users * length];
        Weeks = new long[users * length];
        Hours = new long[users * length];
        Days = new float[users * length];
        Lengths = new int[users];
        Attributes = new long[users * attributeCount];
    }

    /// <summary>B.</summary>
    public int Users { get; }

    /// <summary>L: length of the longest sequence, at least 1.</summary>
    public int Length { get; }

    /// <summary>A: attributes of each user; 0 where nobody's are given.</summary>
    public int AttributeCount { get; }

    /// <summary>Rows of the item table.</summary>
    public long[] Items { get; }

    /// <summary>Event types, as <see cref="SequenceEventType"/> numbers them.</summary>
    public long[] Types { get; }

    /// <summary>Log-scale buckets of the time since the event before; 0 for the first.</summary>
    public long[] Gaps { get; }

    /// <summary>1 + week of the year (UTC), 1..53.</summary>
    public long[] Weeks { get; }

    /// <summary>1 + hour of the week (UTC), 1..168; Sunday 00:00 is 1.</summary>
    public long[] Hours { get; }

    /// <summary>Days before the newest event, as a number that is zero or negative; zero in padding.</summary>
    public float[] Days { get; }

    /// <summary>Events of each user.</summary>
    public int[] Lengths { get; }

    /// <summary>Indexes of each user's attributes, row-major [Users, AttributeCount]; zero is unknown.</summary>
    public long[] Attributes { get; }
}
