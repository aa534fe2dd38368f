using System.Numerics.Tensors;

namespace Driftline.Catalog;

/// <summary>One text vector an item, as one row-major block [items, dimensions] in the items' order.</summary>
public sealed class TextVectors
{
    // What is left of a text that says only what every text says is rounding, and would be blown up to length 1.
    private const float LeastNorm = 1e-4f;

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
    /// <param name="progress">Told how many items are done.</param>
    public static TextVectors Of(IReadOnlyList<CatalogEntry> items, TextEncoder encoder, Action<int>? progress = null) =>
        new(encoder.Encode([.. items.Select(encoder.TextOf)], progress), encoder.Dimensions);

    /// <summary>The mean over the items that have a text, [Dimensions]; zeros where none has.</summary>
    public float[] Mean()
    {
        var sum = new double[Dimensions];
        var items = 0;
        for (var i = 0; i < Count; i++)
        {
            var row = this[i];
            if (!row.ContainsAnyExcept(0f)) continue;
            for (var d = 0; d < row.Length; d++) sum[d] += row[d];
            items++;
        }

        return [.. sum.Select(value => (float)(value / Math.Max(1, items)))];
    }

    /// <summary>
    /// These vectors less what all the catalogue's texts have in common, of length 1 again: a sentence encoder's vectors lie in a narrow cone,
    /// and their differences are what tells items apart. An item without a text stays all zeros.
    /// </summary>
    /// <param name="mean">[Dimensions]; the catalogue's, also for items that came later.</param>
    /// <exception cref="ArgumentException">The mean has another length.</exception>
    public TextVectors CentredBy(ReadOnlySpan<float> mean)
    {
        if (mean.Length != Dimensions) throw new ArgumentException($"The mean has {mean.Length} dimensions, the vectors {Dimensions}.", nameof(mean));
        var centred = new float[Values.Length];
        for (var i = 0; i < Count; i++)
        {
            if (!this[i].ContainsAnyExcept(0f)) continue;
            var row = centred.AsSpan(i * Dimensions, Dimensions);
            TensorPrimitives.Subtract(this[i], mean, row);
            var norm = TensorPrimitives.Norm<float>(row);
            if (norm < LeastNorm) row.Clear();
            else TensorPrimitives.Divide(row, norm, row);
        }

        return new TextVectors(centred, Dimensions);
    }
}
