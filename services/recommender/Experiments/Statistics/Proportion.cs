namespace Driftline.Recommender.Experiments.Statistics;

/// <summary>
/// A share of users. Interval: Wilson's score interval (Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22, 1927), which stays
/// within 0..1 and holds for few users and rare conversions. Interval of a difference: Newcombe's hybrid score method, his method 10 ("Interval Estimation
/// for the Difference between Independent Proportions", Statistics in Medicine 17, 1998). p-value: the pooled two-proportion z-test, which holds where at least
/// <see cref="LeastExpected"/> successes and failures are expected in both (Cochran, "Some Methods for Strengthening the Common χ² Tests", Biometrics 10, 1954): differences wait for that. The two rest on
/// different approximations: near the border an interval may just touch 0 where the p-value is just below its limit.
/// </summary>
internal static class Proportion
{
    public const int LeastExpected = 5;

    /// <summary>Null without trials.</summary>
    public static Estimate? Of(long successes, long trials)
    {
        if (trials == 0) return null;
        double n = trials, p = successes / n, z2 = Confidence.Z * Confidence.Z;
        var centre = (p + z2 / (2 * n)) / (1 + z2 / n);
        var half = Confidence.Z / (1 + z2 / n) * Math.Sqrt(p * (1 - p) / n + z2 / (4 * n * n));
        return new Estimate(p, Math.Max(0, centre - half), Math.Min(1, centre + half));
    }

    /// <summary>First minus second; null before the shares of both together lead one to expect <see cref="LeastExpected"/> successes and failures in each.</summary>
    public static Difference? Between((long Successes, long Trials) first, (long Successes, long Trials) second)
    {
        if (Of(first.Successes, first.Trials) is not { } a || Of(second.Successes, second.Trials) is not { } b) return null;
        var difference = a.Value - b.Value;
        var pooled = (double)(first.Successes + second.Successes) / (first.Trials + second.Trials);
        if (Math.Min(first.Trials, second.Trials) * Math.Min(pooled, 1 - pooled) < LeastExpected) return null;
        var error = Math.Sqrt(pooled * (1 - pooled) * (1.0 / first.Trials + 1.0 / second.Trials));
        return new Difference(
            difference,
            difference - Math.Sqrt(Square(a.Value - a.Low) + Square(b.High - b.Value)),
            difference + Math.Sqrt(Square(a.High - a.Value) + Square(b.Value - b.Low)),
            Confidence.PValue(difference / error));
    }

    private static double Square(double x) => x * x;
}
