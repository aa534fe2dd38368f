namespace Driftline.Recommender.Experiments.Statistics;

/// <summary>
/// Clicks over impressions, summed over users. One user's impressions are not independent of each other, and users, not impressions, were split at
/// random: the variance is that of a ratio of two means over users, by the delta method (Deng, Knoblich and Lu, "Applying the Delta Method in Metric Analytics", KDD 2018,
/// section 3): <c>(var(y) - 2 r cov(x, y) + r^2 var(x)) / (n mean(x)^2)</c> with sample variances. Intervals and p-values are normal, so differences wait for <see cref="LeastUsers"/> users and <see cref="LeastClicks"/> clicks.
/// </summary>
internal static class RatioOfSums
{
    public const int LeastUsers = 100, LeastClicks = 5;

    /// <summary>Null without two users or without a click, where there is no variance to speak of.</summary>
    public static Estimate? Of(FeedbackTotals totals)
    {
        if (totals.Clicks == 0 || Ratio(totals) is not var (ratio, variance)) return null;
        var half = Confidence.Z * Math.Sqrt(variance);
        return new Estimate(ratio, ratio - half, ratio + half);
    }

    /// <summary>First minus second; null where either has too few users or clicks, or neither varies and they differ.</summary>
    public static Difference? Between(FeedbackTotals first, FeedbackTotals second)
    {
        if (Math.Min(first.Users, second.Users) < LeastUsers || Math.Min(first.Clicks, second.Clicks) < LeastClicks) return null;
        if (Ratio(first) is not var (a, aVariance) || Ratio(second) is not var (b, bVariance)) return null;
        var (difference, error) = (a - b, Math.Sqrt(aVariance + bVariance));
        if (error == 0) return difference == 0 ? new Difference(0, 0, 0, 1) : null;
        return new Difference(difference, difference - Confidence.Z * error, difference + Confidence.Z * error, Confidence.PValue(difference / error));
    }

    private static (double Ratio, double Variance)? Ratio(FeedbackTotals totals)
    {
        if (totals.Users < 2 || totals.Impressions == 0) return null;
        double n = totals.Users, x = totals.Impressions, y = totals.Clicks, ratio = y / x;
        // n - 1 times the sample variance of y - ratio * x, whose mean is 0.
        var squares = totals.ClicksSquared - 2 * ratio * totals.ImpressionsTimesClicks + ratio * ratio * totals.ImpressionsSquared;
        return (ratio, Math.Max(0, squares) / (n - 1) * n / (x * x));
    }
}
