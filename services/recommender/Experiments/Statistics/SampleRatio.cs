using MathNet.Numerics;

namespace Driftline.Recommender.Experiments.Statistics;

/// <summary>
/// Whether users came in the proportion of the weights: Pearson's chi-square test with variants - 1 degrees of freedom. Where they did not, something lost users on
/// the way, and no comparison can be trusted (Fabijan et al., "Diagnosing Sample Ratio Mismatch in Online Controlled Experiments", KDD 2019).
/// </summary>
/// <param name="ChiSquare">Sum of (observed - expected)^2 / expected.</param>
internal sealed record SampleRatio(double ChiSquare, int DegreesOfFreedom, double PValue)
{
    /// <summary>Below this, a mismatch is reported: low, because the check is looked at often and a false alarm costs an experiment.</summary>
    public const double Limit = 0.001;

    /// <summary>Users that must be expected in each variant: with fewer the statistic is no chi-square's.</summary>
    public const int LeastExpected = 5;

    /// <summary>Null with fewer than two variants, and before <see cref="LeastExpected"/> users are expected in each.</summary>
    public static SampleRatio? Of(IReadOnlyList<long> users, IReadOnlyList<double> weights)
    {
        var (total, weight) = (users.Sum(), weights.Sum());
        if (users.Count < 2 || total * weights.Min() / weight < LeastExpected) return null;
        var chiSquare = users.Zip(weights, (seen, share) =>
        {
            var expected = total * share / weight;
            return (seen - expected) * (seen - expected) / expected;
        }).Sum();
        var degrees = users.Count - 1;
        return new SampleRatio(chiSquare, degrees, chiSquare > 0 ? SpecialFunctions.GammaUpperRegularized(degrees / 2.0, chiSquare / 2) : 1);
    }
}
