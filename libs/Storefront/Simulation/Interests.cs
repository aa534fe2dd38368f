namespace Driftline.Storefront.Simulation;

/// <summary>
/// A day, since the shop opened, for each cause of change: asking with one of them held back shows what that cause alone has moved.
/// </summary>
internal readonly record struct Causes(double Season, double Trend, double Life, double Hobby)
{
    public static Causes At(double day) => new(day, day, day, day);
}

/// <summary>
/// Latent interests: the softmax over categories of taste + season + trend + life stage + hobby, all in logs.
/// Remembers the season and the trends of the last day asked for; an instance serves one thread.
/// </summary>
internal sealed class Interests(SimulatorOptions options)
{
    /// <summary>Days that a new life stage or hobby takes to replace the one before.</summary>
    public const double ChangeDays = 14;

    private const double HobbyBoost = 2.2;
    private const double Steps = 4;

    private readonly double _startOfYear = (options.Start.UtcDateTime - new DateTime(options.Start.UtcDateTime.Year, 1, 1, 0, 0, 0, DateTimeKind.Utc)).TotalDays;
    private readonly double[] _season = new double[Vocabulary.CategoryCount];
    private readonly double[] _trend = new double[Vocabulary.CategoryCount];
    private double _seasonDay = double.NaN;
    private double _trendDay = double.NaN;

    /// <summary>Days since 1 January of the year in which the shop opened.</summary>
    public double DayOfYear(double day) => _startOfYear + day;

    /// <summary>Fills <paramref name="into"/> (one a category) with shares that sum to 1.</summary>
    public void Fill(Shopper shopper, Causes causes, Span<double> into)
    {
        SetSeason(Math.Round(causes.Season * Steps) / Steps);
        SetTrend(Math.Round(causes.Trend * Steps) / Steps);
        for (var c = 0; c < into.Length; c++) into[c] = shopper.Taste[c] + (shopper.SeasonPull * _season[c]) + (shopper.TrendPull * _trend[c]);
        AddLife(shopper, causes.Life, into);
        AddHobby(shopper, causes.Hobby, into);
        double sum = 0;
        for (var c = 0; c < into.Length; c++) sum += into[c] = Math.Exp(into[c]);
        for (var c = 0; c < into.Length; c++) into[c] /= sum;
    }

    private static void AddLife(Shopper shopper, double day, Span<double> into)
    {
        var stages = shopper.Stages;
        var now = 0;
        while (now + 1 < stages.Count && stages[now + 1].FromDay <= day) now++;
        var arrived = now == 0 ? 1 : Math.Min(1, (day - stages[now].FromDay) / ChangeDays);
        foreach (var (category, boost) in LifeStage.All[stages[now].Stage].Boosts) into[category] += shopper.LifePull * boost * arrived;
        if (arrived >= 1) return;
        foreach (var (category, boost) in LifeStage.All[stages[now - 1].Stage].Boosts) into[category] += shopper.LifePull * boost * (1 - arrived);
    }

    private static void AddHobby(Shopper shopper, double day, Span<double> into)
    {
        var number = shopper.HobbyNumber(day);
        var arrived = Math.Min(1, (day - shopper.HobbyFrom(number)) / ChangeDays);
        into[shopper.Hobby(number)] += shopper.LifePull * HobbyBoost * arrived;
        if (arrived < 1) into[shopper.Hobby(number - 1)] += shopper.LifePull * HobbyBoost * (1 - arrived);
    }

    private void SetSeason(double day)
    {
        if (day == _seasonDay) return;
        _seasonDay = day;
        Array.Clear(_season);
        foreach (var season in Season.All)
        {
            var strength = season.Strength(DayOfYear(day));
            foreach (var (category, boost) in season.Boosts) _season[category] += boost * strength;
        }
    }

    private void SetTrend(double day)
    {
        if (day == _trendDay) return;
        _trendDay = day;
        Array.Clear(_trend);
        foreach (var trend in Trend.Between(options.Seed, day, day)) _trend[trend.Category] += trend.Boost * trend.Strength(day);
    }
}
