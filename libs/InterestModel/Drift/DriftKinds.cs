namespace Driftline.InterestModel;

/// <summary>How much of a drift the population's movement removes.</summary>
/// <param name="Season">1 - JS(season applied, h_{t+1}) / JS(nothing applied, h_{t+1}); below 0 where it makes the drift larger.</param>
/// <param name="Trend">The same with the trend applied.</param>
public readonly record struct DriftParts(double Season, double Trend);

/// <summary>
/// Tells what kind a drift is by what removes most of it. h_t is a few noisy events, so it is first mixed with the population's distribution b
/// over the time of those events, by the share m that brings it nearest to h_{t+1}: <c>h' = (1 - m) h_t + m b</c>. What remains,
/// <c>D = JS(h', h_{t+1})</c>, is what moved. A cause with factors f removes <c>1 - JS(f h' / sum, h_{t+1}) / D</c> of it.
/// </summary>
public static class DriftKinds
{
    /// <summary>A drift below this has no kind.</summary>
    public const float Floor = 0.02f;

    /// <summary>A cause must remove this share of the drift, or the drift is personal. See docs/drift.md for how it was chosen.</summary>
    public const double LeastShare = 0.05;

    private static readonly float[] Mixtures = [0, 0.2f, 0.4f, 0.6f, 0.8f, 0.95f];

    /// <summary>The kind of a drift; null where it is below <see cref="Floor"/>.</summary>
    public static DriftKind? Of(float drift, DriftParts parts, bool knowsSeasons)
    {
        if (drift < Floor) return null;
        if (Math.Max(parts.Season, parts.Trend) < LeastShare) return DriftKind.Personal;
        if (!knowsSeasons) return DriftKind.Unknown;
        return parts.Season >= parts.Trend ? DriftKind.Seasonal : DriftKind.Trend;
    }

    /// <summary>What the season and the trend each remove.</summary>
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
        var drift = mixed.Zip(next, (a, b) => Math.Abs((double)a - b)).Sum();
        return new DriftParts(Moved(movement.Season) / drift, Moved(movement.Trend) / drift);

        void Mix(float share)
        {
            for (var c = 0; c < mixed.Length; c++) mixed[c] = ((1 - share) * current[c]) + (share * movement.Base[c]);
        }

        double Moved(float[] factors)
        {
            var sum = 0.0;
            for (var c = 0; c < mixed.Length; c++) sum += mixed[c] * factors[c];
            return mixed.Select((share, c) => Math.Abs((share * factors[c] / sum) - share)).Sum();
        }
    }
}
