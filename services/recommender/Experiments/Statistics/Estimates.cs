using MathNet.Numerics;

namespace Driftline.Recommender.Experiments.Statistics;

/// <summary>An estimate and its two-sided confidence interval at <see cref="Confidence.Level"/>.</summary>
public sealed record Estimate(double Value, double Low, double High);

/// <summary>A difference between two variants, its confidence interval at <see cref="Confidence.Level"/>, and how likely one at least as large is where there is none.</summary>
public sealed record Difference(double Value, double Low, double High, double PValue);

/// <summary>The one confidence level of all intervals here.</summary>
internal static class Confidence
{
    /// <summary>Of each interval, and of all verdicts of an experiment together (<see cref="Holm"/>).</summary>
    public const double Level = 0.95;

    /// <summary>The standard normal's quantile for a two-sided interval.</summary>
    public static readonly double Z = Math.Sqrt(2) * SpecialFunctions.ErfInv(Level);

    /// <summary>Two-sided p-value of a standard normal deviate.</summary>
    public static double PValue(double z) => SpecialFunctions.Erfc(Math.Abs(z) / Math.Sqrt(2));
}
