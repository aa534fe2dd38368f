using System.Numerics.Tensors;

namespace Driftline.InterestModel;

/// <summary>How far and where an interest moves.</summary>
public static class Drifts
{
    /// <summary>Rising and falling categories told of, each.</summary>
    public const int MaxShifts = 5;

    // Keeps a quotient and its logarithm finite where a share is zero.
    private const double Least = 1e-300;

    /// <summary>A smaller change of share is not told of.</summary>
    public const float MinShift = 0.005f;

    /// <summary>
    /// Jensen-Shannon divergence, base 2: the mean of both sides' Kullback-Leibler divergence from their midpoint (Lin 1991,
    /// doi:10.1109/18.61115). 0 for equal distributions, 1 for disjoint ones; 0 where either is all zeros.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static float JensenShannon(ReadOnlySpan<float> p, ReadOnlySpan<float> q)
    {
        if (p.Length != q.Length) throw new ArgumentException($"Distributions over {p.Length} and {q.Length} categories cannot be compared.");
        const int some = 128;
        Span<double> scratch = stackalloc double[3 * some];
        double sum = 0, sumP = 0, sumQ = 0;
        for (var start = 0; start < p.Length; start += some)
        {
            var count = Math.Min(some, p.Length - start);
            var one = scratch[..count];
            var other = scratch.Slice(some, count);
            var middle = scratch.Slice(2 * some, count);
            TensorPrimitives.ConvertTruncating(p.Slice(start, count), one);
            TensorPrimitives.ConvertTruncating(q.Slice(start, count), other);
            sumP += TensorPrimitives.Sum<double>(one);
            sumQ += TensorPrimitives.Sum<double>(other);
            TensorPrimitives.Add(one, other, middle);
            TensorPrimitives.Multiply(middle, 0.5, middle);
            TensorPrimitives.Max(middle, Least, middle);
            sum += FromMiddle(one, middle) / 2;
            sum += FromMiddle(other, middle) / 2;
        }

        return sumP == 0 || sumQ == 0 ? 0 : (float)Math.Clamp(sum, 0, 1);
    }

    // Kullback-Leibler divergence, base 2, from the middle; x log x is 0 at 0.
    private static double FromMiddle(ReadOnlySpan<double> side, ReadOnlySpan<double> middle)
    {
        Span<double> logs = stackalloc double[side.Length];
        TensorPrimitives.Divide(side, middle, logs);
        TensorPrimitives.Max(logs, Least, logs);
        TensorPrimitives.Log2(logs, logs);
        return TensorPrimitives.Dot(side, logs);
    }

    /// <summary>The categories that gain most and those that lose most; ties in category order. None where there is no current interest.</summary>
    public static (IReadOnlyList<CategoryShift> Rising, IReadOnlyList<CategoryShift> Falling) Shifts(
        float[] current, float[] next, IReadOnlyList<string> categories)
    {
        if (!current.AsSpan().ContainsAnyExcept(0f)) return ([], []);
        var (rising, falling) = (new List<CategoryShift>(MaxShifts), new List<CategoryShift>(MaxShifts));
        for (var c = 0; c < current.Length; c++)
        {
            var delta = next[c] - current[c];
            if (delta >= MinShift) Rank(rising, new CategoryShift(categories[c], delta));
            else if (delta <= -MinShift) Rank(falling, new CategoryShift(categories[c], delta));
        }

        return (rising, falling);
    }

    // Before all that are smaller, while there is room.
    private static void Rank(List<CategoryShift> largest, CategoryShift shift)
    {
        var at = largest.Count;
        while (at > 0 && Math.Abs(largest[at - 1].Delta) < Math.Abs(shift.Delta)) at--;
        if (at == MaxShifts) return;
        if (largest.Count == MaxShifts) largest.RemoveAt(MaxShifts - 1);
        largest.Insert(at, shift);
    }
}
