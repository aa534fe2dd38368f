using System.Numerics.Tensors;

namespace Driftline.InterestModel;

/// <summary>What the population's season and trend do over the coming horizon.</summary>
/// <param name="Base">The population's own distribution over the time of the user's events, [C]; sums to 1.</param>
/// <param name="Season">Factor of each category by the season, [C]; all 1 where seasons are not known.</param>
/// <param name="Trend">Factor of each category by the trend, [C].</param>
public sealed record ExpectedMovement(float[] Base, float[] Season, float[] Trend);

/// <summary>
/// A <see cref="PopulationModel"/> at work. With g(c, t) = exp(season or level of category c at t):
/// <c>factor(c) = mean of g(c, .) over the horizon / g(c, now)</c>. Beyond the end of training the level goes on by its slope s, damped:
/// <c>s d (1 - exp(-x / d))</c> after x days, with d = <see cref="DampingDays"/>. Remembers days that it was asked for: for one thread at a time.
/// </summary>
public sealed class PopulationMovement(PopulationModel model)
{
    /// <summary>Days after which a slope has lost 63 % of its force (a damped trend: Gardner and McKenzie 1985, doi:10.1287/mnsc.31.10.1237).</summary>
    public const double DampingDays = 10;

    private const double Day = 86_400_000;
    private const double Year = 365.25;
    private const int HorizonPoints = 4;
    private const int MostDays = 2_000;

    private readonly double[][] _season = Exp(model.Season);
    private readonly double[][] _level = Exp(model.Level);
    private readonly double[] _share = Array.ConvertAll(model.Share, share => (double)share);
    private readonly double[] _slope = Array.ConvertAll(model.Slope, slope => (double)slope);
    private readonly double[] _reached = new double[model.Slope.Length];
    private readonly Dictionary<long, double[]> _days = []; // what each category weighs in the population of a day

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
        for (var i = 0; i < events.Count;)
        {
            var (day, weight) = ((long)Math.Floor(events[i].Time / Day), 0.0);
            for (; i < events.Count && (long)Math.Floor(events[i].Time / Day) == day; i++) weight += events[i].Weight;
            TensorPrimitives.MultiplyAdd(PopulationOf(day), weight / sum, population, population);
        }

        var (seasonAt, levelAt) = (new double[categories], new double[categories]);
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

    private double[] PopulationOf(long day)
    {
        if (_days.TryGetValue(day, out var known)) return known;
        if (_days.Count == MostDays) _days.Clear();
        var (population, level) = (new double[_share.Length], new double[_share.Length]);
        SeasonAt((day + 0.5) * Day, population);
        LevelAt((day + 0.5) * Day, level);
        TensorPrimitives.Multiply(population, level, population);
        TensorPrimitives.Multiply(population, _share, population);
        return _days[day] = population;
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
        TensorPrimitives.Multiply(_slope, reach, _reached);
        TensorPrimitives.Exp(_reached, _reached);
        TensorPrimitives.Multiply(into, _reached, into);
    }

    private static void Between(double[][] rows, double at, bool circular, double[] into)
    {
        var low = (int)Math.Floor(at);
        var share = at - low;
        var (one, two) = circular
            ? (rows[(low + rows.Length) % rows.Length], rows[(low + 1 + rows.Length) % rows.Length])
            : (rows[Math.Min(low, rows.Length - 1)], rows[Math.Min(low + 1, rows.Length - 1)]);
        TensorPrimitives.Multiply(one, 1 - share, into);
        TensorPrimitives.MultiplyAdd(two, share, into, into);
    }

    private static double[][] Exp(float[][] logs) => [.. logs.Select(row => Array.ConvertAll(row, log => (double)MathF.Exp(log)))];
}
