using System.Numerics.Tensors;

namespace Driftline.Catalog;

/// <summary>
/// Puts like vectors side by side: halves the rows at the median along the direction in which they spread most (a principal-axis tree), and each
/// half again, down to a block. Cuts fall on whole blocks, and on whole blocks of blocks as long as there are several.
/// </summary>
internal static class LikeRows
{
    private const int Sample = 512, PowerSteps = 4;

    /// <param name="matrix">Shape (any, dimensions), row-major.</param>
    /// <param name="rows">The rows to put in order, in place.</param>
    public static void SideBySide(ReadOnlySpan<float> matrix, int dimensions, Span<int> rows) => Halve(matrix, dimensions, rows, new float[rows.Length]);

    private static void Halve(ReadOnlySpan<float> matrix, int dimensions, Span<int> rows, Span<float> places)
    {
        const int block = CodedRows.BlockRows, blockOfBlocks = block * block;
        if (rows.Length <= block) return;
        var axis = WidestAxis(matrix, dimensions, rows);
        for (var i = 0; i < rows.Length; i++) places[i] = InnerProducts.Of(axis, matrix.Slice(rows[i] * dimensions, dimensions));
        places.Sort(rows);
        var unit = rows.Length > blockOfBlocks ? blockOfBlocks : block;
        var cut = (rows.Length + unit - 1) / unit / 2 * unit;
        Halve(matrix, dimensions, rows[..cut], places[..cut]);
        Halve(matrix, dimensions, rows[cut..], places[cut..]);
    }

    /// <summary>First principal axis of a sample, by power iteration.</summary>
    private static float[] WidestAxis(ReadOnlySpan<float> matrix, int dimensions, ReadOnlySpan<int> rows)
    {
        var count = Math.Min(rows.Length, Sample);
        var sample = new float[count * dimensions];
        var mean = new float[dimensions];
        for (var i = 0; i < count; i++)
        {
            var row = matrix.Slice(rows[(int)((long)i * rows.Length / count)] * dimensions, dimensions);
            row.CopyTo(sample.AsSpan(i * dimensions));
            TensorPrimitives.MultiplyAdd(row, 1f / count, mean, mean);
        }

        for (var i = 0; i < count; i++) TensorPrimitives.Subtract(sample.AsSpan(i * dimensions, dimensions), mean, sample.AsSpan(i * dimensions, dimensions));
        var axis = sample[..dimensions];
        var next = new float[dimensions];
        var places = new float[count];
        for (var step = 0; step < PowerSteps; step++)
        {
            InnerProducts.Of(axis, sample, places);
            Array.Clear(next);
            for (var i = 0; i < count; i++) TensorPrimitives.MultiplyAdd(sample.AsSpan(i * dimensions, dimensions), places[i], next, next);
            var length = TensorPrimitives.Norm<float>(next);
            if (!(length > 0) || !float.IsFinite(length)) break;
            TensorPrimitives.Divide(next, length, axis);
        }

        return axis;
    }
}
