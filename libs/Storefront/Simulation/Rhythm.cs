namespace Driftline.Storefront.Simulation;

/// <summary>When people shop: little at night, most in the evening, more on Sundays.</summary>
internal static class Rhythm
{
    private const double Busiest = 1.25 * 1.9;

    private static readonly double[] ByHour =
        [0.3, 0.15, 0.1, 0.1, 0.1, 0.2, 0.4, 0.7, 0.9, 1.0, 1.1, 1.2, 1.4, 1.2, 1.0, 1.0, 1.1, 1.2, 1.4, 1.7, 1.9, 1.8, 1.3, 0.75];

    private static readonly double[] ByWeekday = [1.25, 1.0, 0.95, 0.9, 0.9, 0.9, 1.1];

    /// <summary>Time of the next visit at a mean rate of <paramref name="perDay"/>, found by thinning a steady stream (Lewis and Shedler 1979).</summary>
    public static DateTime NextVisit(DateTime after, double perDay, Draw draw)
    {
        var time = after;
        while (true)
        {
            time = time.AddSeconds(1 + draw.Exponential(86_400 / (perDay * Busiest)));
            if (draw.Chance(ByWeekday[(int)time.DayOfWeek] * ByHour[time.Hour] / Busiest)) return time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
        }
    }
}
