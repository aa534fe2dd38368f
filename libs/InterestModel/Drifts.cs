namespace Driftline.InterestModel;

/// <summary>How far and where an interest moves.</summary>
public static class Drifts
{
    /// <summary>Rising and falling categories told of, each.</summary>
    public const int MaxShifts = 5;

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
        double sum = 0, sumP = 0, sumQ = 0;
        for (var i = 0; i < p.Length; i++)
        {
            double middle = ((double)p[i] + q[i]) / 2;
            if (p[i] > 0) sum += p[i] * Math.Log2(p[i] / middle) / 2;
            if (q[i] > 0) sum += q[i] * Math.Log2(q[i] / middle) / 2;
            sumP += p[i];
            sumQ += q[i];
        }

        return sumP == 0 || sumQ == 0 ? 0 : (float)Math.Clamp(sum, 0, 1);
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
