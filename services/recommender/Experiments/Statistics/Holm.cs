namespace Driftline.Recommender.Experiments.Statistics;

/// <summary>
/// Which of several differences are significant where all are looked at: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
/// Statistics 6 (1979). The chance that any is called so where none exists stays below one minus <see cref="Confidence.Level"/>, whatever their dependence.
/// </summary>
internal static class Holm
{
    /// <returns>The greatest of the p-values that is significant; negative if none is.</returns>
    public static double Limit(IEnumerable<double> pValues)
    {
        var sorted = pValues.Order().ToList();
        var significant = sorted.TakeWhile((pValue, i) => pValue < (1 - Confidence.Level) / (sorted.Count - i)).ToList();
        return significant.Count == 0 ? -1 : significant[^1];
    }
}
