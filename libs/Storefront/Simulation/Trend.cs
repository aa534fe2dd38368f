namespace Driftline.Storefront.Simulation;

/// <summary>
/// A fashion that takes hold of everybody for a few weeks and goes again. Two start in every period of 45 days; which ones follows
/// from the seed and the period's number, so any time can be asked about without playing the time before it.
/// </summary>
/// <param name="Category">Index of what is in fashion.</param>
/// <param name="PeakDay">Days since the shop opened when it is strongest.</param>
/// <param name="Width">One deviation of its bell curve, days.</param>
/// <param name="Boost">Log of how much the interest grows at the peak.</param>
internal sealed record Trend(int Category, double PeakDay, double Width, double Boost)
{
    private const double Period = 45;
    private const int PerPeriod = 2;

    /// <summary>All trends that are felt between two days, by their peak.</summary>
    public static List<Trend> Between(long seed, double fromDay, double toDay)
    {
        var trends = new List<Trend>();
        for (var period = (long)Math.Floor(fromDay / Period) - 2; period <= (long)Math.Floor(toDay / Period) + 1; period++)
        {
            for (var i = 0; i < PerPeriod; i++)
            {
                var draw = Draw.For(seed, Purpose.Trend, period, i);
                var trend = new Trend(
                    draw.Below(Vocabulary.CategoryCount), (period * Period) + draw.Uniform(0, Period), draw.Uniform(7, 13), draw.Uniform(1.6, 2.4));
                if (trend.PeakDay + (3 * trend.Width) >= fromDay && trend.PeakDay - (3 * trend.Width) <= toDay) trends.Add(trend);
            }
        }

        trends.Sort((a, b) => a.PeakDay.CompareTo(b.PeakDay));
        return trends;
    }

    /// <summary>From 0 to 1.</summary>
    public double Strength(double day)
    {
        var distance = (day - PeakDay) / Width;
        return Math.Abs(distance) > 3 ? 0 : Math.Exp(-0.5 * distance * distance);
    }
}
