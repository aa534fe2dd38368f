namespace Driftline.InterestModel;

/// <summary>What the population's season and trend do over the coming horizon.</summary>
/// <param name="Base">The population's own distribution over the time of the user's events, [C]; sums to 1.</param>
/// <param name="Season">Factor of each category by the season, [C]; all 1 where seasons are not known.</param>
/// <param name="Trend">Factor of each category by the trend, [C].</param>
public sealed record ExpectedMovement(float[] Base, float[] Season, float[] Trend);

/// <summary>
/// A <see cref="PopulationModel"/> at work. With g(c, t) = exp(season or level of category c at t):
/// <c>factor(c) = mean of g(c, .) over the horizon / g(c, now)</c>. Beyond the end of training the level goes on by its slope s, damped:
/// <c>s d (1 - exp(-x / d))</c> after x days, with d = <see cref="DampingDays"/>.
/// </summary>
public sealed class PopulationMovement(PopulationModel model)
{
    /// <summary>Days after which a slope has lost 63 % of its force (a damped trend: Gardner and McKenzie 1985, doi:10.1287/mnsc.31.10.1237).</summary>
    public const double DampingDays = 10;

    private const double Day = 86_400_000;
    private const double Year = 365.25;
    private const int HorizonPoints = 4;

    private readonly float[][] _season = Exp(model.Season);
    private readonly float[][] _level = Exp(model.Level);

    /// <summary>The model behind it.</summary>
    public PopulationModel Model { get; } = model;

    /// <summary>Movement over the horizon after a moment.</summary>
    /// <param name="events">The user's: time in milliseconds and weight; the sum of weights is above 0.</param>
    /// <param name="asOf">When the horizon begins, in milliseconds.</param>
    public ExpectedMovement Between(IReadOnlyList<(long Time, double Weight)> events, long asOf)
    {
        var categories = Model.Share.Length;
        var sum = events.Sum(e => e.Weight);
        var population = new double[categories];
        var (seasonAt, levelAt) = (new double[categories], new double[categories]);
        foreach (var day in events.GroupBy(e => (long)Math.Floor(e.Time / Day)))
        {
            var weight = day.Sum(e => e.Weight) / sum;
            SeasonAt((day.Key + 0.5) * Day, seasonAt);
            LevelAt((day.Key + 0.5) * Day, levelAt);
            for (var c = 0; c < categories; c++) population[c] += weight * Model.Share[c] * seasonAt[c] * levelAt[c];
        }

        var (season, trend, seasonNow, levelNow) = (new float[categories], new float[categories], new double[categories], new double[categories]);
        SeasonAt(asOf, seasonNow);
        LevelAt(asOf, levelNow);
        for (var i = 0; i < HorizonPoints; i++)
        {
            var time = asOf + ((i + 0.5) / HorizonPoints * Model.HorizonDays * Day);
            SeasonAt(time, seasonAt);
            LevelAt(time, levelAt);
            for (var c = 0; c < categories; c++)
            {
                season[c] += (float)(seasonAt[c] / seasonNow[c] / HorizonPoints);
                trend[c] += (float)(levelAt[c] / levelNow[c] / HorizonPoints);
            }
        }

        var total = population.Sum();
        return new ExpectedMovement(Array.ConvertAll(population, share => (float)(share / total)), season, trend);
    }

    /// <summary>Where a moment lies in the year, 0 to 52.</summary>
    /// <param name="time">Milliseconds since the Unix epoch.</param>
    public static double WeekOfYear(double time)
    {
        var utc = DateTimeOffset.FromUnixTimeMilliseconds((long)time);
        var day = (utc - new DateTimeOffset(utc.Year, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalDays;
        return day / Year * PopulationModel.SeasonWeeks;
    }

    private void SeasonAt(double time, double[] into)
    {
        if (_season.Length == 0) Array.Fill(into, 1);
        else Between(_season, WeekOfYear(time) - 0.5, circular: true, into);
    }

    private void LevelAt(double time, double[] into)
    {
        var age = ((Model.End - time) / Day / PopulationModel.StepDays) - 0.5; // in steps before the newest point
        Between(_level, Math.Max(0, age), circular: false, into);
        if (age >= 0) return;
        var reach = DampingDays * (1 - Math.Exp(age * PopulationModel.StepDays / DampingDays));
        for (var c = 0; c < into.Length; c++) into[c] *= Math.Exp(Model.Slope[c] * reach);
    }

    private static void Between(float[][] rows, double at, bool circular, double[] into)
    {
        var low = (int)Math.Floor(at);
        var share = at - low;
        var (one, two) = circular
            ? (rows[(low + rows.Length) % rows.Length], rows[(low + 1 + rows.Length) % rows.Length])
            : (rows[Math.Min(low, rows.Length - 1)], rows[Math.Min(low + 1, rows.Length - 1)]);
        for (var c = 0; c < into.Length; c++) into[c] = (one[c] * (1 - share)) + (two[c] * share);
    }

    private static float[][] Exp(float[][] logs) => [.. logs.Select(row => Array.ConvertAll(row, MathF.Exp))];
}
