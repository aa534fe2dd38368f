namespace Driftline.InterestModel;

/// <summary>How much of an interest a cause is expected to move over the horizon: total variation distance, 0..1.</summary>
/// <param name="Season">By the season.</param>
/// <param name="Trend">By the trend.</param>
public readonly record struct ExpectedMoves(double Season, double Trend);

/// <summary>
/// Tells what kind a drift is. h_t is a few noisy events, so it is first mixed with the population's distribution b over the time of those
/// events: <c>h' = (h_t + b) / 2</c>. A cause with factors f moves h' to <c>f h' / sum</c>. The cause that moves more is the kind, the trend
/// counting <see cref="TrendWeight"/> times; where both move less than <see cref="LeastMove"/> it is personal.
/// </summary>
public static class DriftKinds
{
    /// <summary>A drift below this has no kind.</summary>
    public const float Floor = 0.02f;

    /// <summary>
    /// A cause must move this share of the interest, or the drift is personal. This and <see cref="TrendWeight"/> were chosen on two simulated
    /// stores that are not the one reported on; see docs/drift.md.
    /// </summary>
    public const double LeastMove = 0.02;

    /// <summary>A trend's slope is shrunk by its noise and damped, and so foretells only part of what the trend will move.</summary>
    public const double TrendWeight = 5;

    /// <summary>The kind of a drift; null where it is below <see cref="Floor"/>.</summary>
    public static DriftKind? Of(float drift, ExpectedMoves moves, bool knowsSeasons)
    {
        if (drift < Floor) return null;
        var trend = moves.Trend * TrendWeight;
        if (Math.Max(moves.Season, trend) < LeastMove) return DriftKind.Personal;
        if (!knowsSeasons) return DriftKind.Unknown;
        return moves.Season >= trend ? DriftKind.Seasonal : DriftKind.Trend;
    }

    /// <summary>What the season and the trend each move.</summary>
    /// <param name="current">h_t, [C]; sums to 1.</param>
    /// <param name="movement">What is expected of the population.</param>
    public static ExpectedMoves Moves(float[] current, ExpectedMovement movement)
    {
        return new ExpectedMoves(Moved(movement.Season), Moved(movement.Trend));

        double Moved(float[] factors)
        {
            var sum = 0.0;
            for (var c = 0; c < current.Length; c++) sum += Mixed(c) * factors[c];
            var moved = 0.0;
            for (var c = 0; c < current.Length; c++) moved += Math.Abs((Mixed(c) * factors[c] / sum) - Mixed(c));
            return moved / 2;
        }

        double Mixed(int c) => ((double)current[c] + movement.Base[c]) / 2;
    }
}
