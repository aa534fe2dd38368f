using System.Numerics.Tensors;

namespace Driftline.InterestModel;

/// <summary>What the population is expected to move, measured by the drift.</summary>
/// <param name="Season">Sum of the season's movements over the sum of the drift's, both without their signs.</param>
/// <param name="Trend">The same of the trend.</param>
public readonly record struct DriftParts(double Season, double Trend);

/// <summary>
/// Tells what kind a drift is. h_t is a few noisy events, so it is first mixed with the population's distribution b over the time of those
/// events, by the share m that brings it nearest (Jensen-Shannon) to h_{t+1}: <c>h' = (1 - m) h_t + m b</c>. A cause with factors f moves
/// h' to <c>f h' / sum</c>; its part is the total variation of that move over the total variation of h' and h_{t+1}. The cause with the greater
/// part is the kind, the trend counting <see cref="TrendWeight"/> times; where both are below <see cref="LeastShare"/> it is personal.
/// </summary>
public static class DriftKinds
{
    /// <summary>A drift below this has no kind.</summary>
    public const float Floor = 0.02f;

    /// <summary>
    /// A cause must make up this share of the drift, or the drift is personal. This and <see cref="TrendWeight"/> gave the best macro F1 on two
    /// simulated stores that are not the one reported on; see docs/drift.md.
    /// </summary>
    public const double LeastShare = 0.12;

    /// <summary>A trend's slope is shrunk by its noise and damped, and so foretells only part of what the trend will move.</summary>
    public const double TrendWeight = 8;

    private static readonly float[] Mixtures = [0, 0.2f, 0.4f, 0.6f, 0.8f, 0.95f];

    /// <summary>The kind of a drift; null where it is below <see cref="Floor"/>.</summary>
    public static DriftKind? Of(float drift, DriftParts parts, bool knowsSeasons)
    {
        if (drift < Floor) return null;
        var trend = parts.Trend * TrendWeight;
        if (Math.Max(parts.Season, trend) < LeastShare) return DriftKind.Personal;
        if (!knowsSeasons) return DriftKind.Unknown;
        return parts.Season >= trend ? DriftKind.Seasonal : DriftKind.Trend;
    }

    /// <summary>What the season and the trend each make up.</summary>
    /// <param name="current">h_t, [C]; sums to 1.</param>
    /// <param name="next">h_{t+1}, [C].</param>
    /// <param name="movement">What is expected of the population.</param>
    public static DriftParts Parts(float[] current, float[] next, ExpectedMovement movement)
    {
        var mixed = new float[current.Length];
        var (best, least) = (0f, float.MaxValue);
        foreach (var mixture in Mixtures)
        {
            Mix(mixture);
            var distance = Drifts.JensenShannon(mixed, next);
            if (distance < least) (best, least) = (mixture, distance);
        }

        if (least <= 0) return default;
        Mix(best);
        var drift = 0.0;
        for (var c = 0; c < mixed.Length; c++) drift += Math.Abs((double)mixed[c] - next[c]);
        return new DriftParts(Moved(movement.Season) / drift, Moved(movement.Trend) / drift);

        void Mix(float share)
        {
            TensorPrimitives.Multiply(current, 1 - share, mixed);
            TensorPrimitives.MultiplyAdd(movement.Base, share, mixed, mixed);
        }

        double Moved(float[] factors)
        {
            var sum = 0.0;
            for (var c = 0; c < mixed.Length; c++) sum += mixed[c] * factors[c];
            var moved = 0.0;
            for (var c = 0; c < mixed.Length; c++) moved += Math.Abs((mixed[c] * factors[c] / sum) - mixed[c]);
            return moved;
        }
    }
}
