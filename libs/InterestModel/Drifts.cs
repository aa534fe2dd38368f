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
        if (!current.Any(share => share > 0)) return ([], []);
        var shifts = current.Select((share, i) => new CategoryShift(categories[i], next[i] - share)).ToArray();
        return (
            [.. shifts.Where(shift => shift.Delta >= MinShift).OrderByDescending(shift => shift.Delta).Take(MaxShifts)],
            [.. shifts.Where(shift => shift.Delta <= -MinShift).OrderBy(shift => shift.Delta).Take(MaxShifts)]);
    }
}
