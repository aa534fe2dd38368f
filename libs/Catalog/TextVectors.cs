namespace Driftline.Catalog;

/// <summary>One text vector an item, as one row-major block [items, dimensions] in the items' order.</summary>
public sealed class TextVectors
{
    private TextVectors(float[] values, int dimensions)
    {
        Values = values;
        Dimensions = dimensions;
    }

    /// <summary>Row-major [Count, Dimensions].</summary>
    public float[] Values { get; }

    /// <summary>Length of a row.</summary>
    public int Dimensions { get; }

    /// <summary>Rows.</summary>
    public int Count => Values.Length / Dimensions;

    /// <summary>The vector of the item at an index.</summary>
    public ReadOnlySpan<float> this[int index] => Values.AsSpan(index * Dimensions, Dimensions);

    /// <summary>Encodes every item's text.</summary>
    public static TextVectors Of(IReadOnlyList<CatalogEntry> items, TextEncoder encoder)
    {
        var values = new float[items.Count * encoder.Dimensions];
        for (var i = 0; i < items.Count; i++)
            encoder.Encode(items[i].Text, values.AsSpan(i * encoder.Dimensions, encoder.Dimensions));
        return new TextVectors(values, encoder.Dimensions);
    }
}
