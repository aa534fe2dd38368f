using System.Numerics;
using System.Runtime.InteropServices;

namespace Driftline.Catalog;

/// <summary>
/// Inner products of one vector with rows of a matrix, four rows at a time. A row's product has the same bits whichever rows are beside it, so that
/// a row scored alone compares with one that was scored in a block.
/// </summary>
internal static class InnerProducts
{
    /// <param name="query">Shape (dimensions).</param>
    /// <param name="rows">Shape (scores.Length, dimensions), row-major.</param>
    public static void Of(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> scores)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length, query.Length * scores.Length);
        ref var q = ref MemoryMarshal.GetReference(query);
        ref var x = ref MemoryMarshal.GetReference(rows);
        int width = Vector<float>.Count, dimensions = query.Length, whole = dimensions - dimensions % width, row = 0;
        for (; row <= scores.Length - 4; row += 4)
        {
            Vector<float> a = default, b = default, c = default, d = default;
            var at = (nuint)row * (nuint)dimensions;
            for (var i = 0; i < whole; i += width, at += (nuint)width)
            {
                var of = Vector.LoadUnsafe(ref q, (nuint)i);
                a = Vector.FusedMultiplyAdd(of, Vector.LoadUnsafe(ref x, at), a);
                b = Vector.FusedMultiplyAdd(of, Vector.LoadUnsafe(ref x, at + (nuint)dimensions), b);
                c = Vector.FusedMultiplyAdd(of, Vector.LoadUnsafe(ref x, at + (nuint)(2 * dimensions)), c);
                d = Vector.FusedMultiplyAdd(of, Vector.LoadUnsafe(ref x, at + (nuint)(3 * dimensions)), d);
            }

            scores[row] = Sum(a, query, rows, row, whole);
            scores[row + 1] = Sum(b, query, rows, row + 1, whole);
            scores[row + 2] = Sum(c, query, rows, row + 2, whole);
            scores[row + 3] = Sum(d, query, rows, row + 3, whole);
        }

        for (; row < scores.Length; row++)
        {
            Vector<float> a = default;
            var at = (nuint)row * (nuint)dimensions;
            for (var i = 0; i < whole; i += width)
                a = Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref q, (nuint)i), Vector.LoadUnsafe(ref x, at + (nuint)i), a);
            scores[row] = Sum(a, query, rows, row, whole);
        }
    }

    public static float Of(ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        var score = 0f;
        Of(query, row, new Span<float>(ref score));
        return score;
    }

    private static float Sum(Vector<float> lanes, ReadOnlySpan<float> query, ReadOnlySpan<float> rows, int row, int from)
    {
        var sum = Vector.Sum(lanes);
        for (var i = from; i < query.Length; i++) sum += query[i] * rows[row * query.Length + i];
        return sum;
    }
}
