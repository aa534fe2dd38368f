using System.Globalization;

namespace Driftline.Storefront.Simulation;

/// <summary>A person: lasting tastes, how far season and fashion move them, and their path through life.</summary>
internal sealed class Shopper
{
    private const int Favourites = 3;

    private readonly long _seed;

    public Shopper(SimulatorOptions options, int index)
    {
        _seed = options.Seed;
        Index = index;
        Id = $"shopper-{(index + 1).ToString("D5", CultureInfo.InvariantCulture)}";
        var draw = Draw.For(_seed, Purpose.Shopper, index);
        Taste = new float[Vocabulary.CategoryCount];
        for (var c = 0; c < Taste.Length; c++) Taste[c] = (float)(Math.Log(Vocabulary.Categories[c].Weight) + (0.5 * draw.Normal()));
        for (var i = 0; i < Favourites; i++) Taste[draw.Below(Taste.Length)] += (float)draw.Uniform(1.4, 2.4);
        SeasonPull = options.Drift * draw.Uniform(0.4, 1.3);
        TrendPull = options.Drift * draw.Uniform(0.2, 1.4);
        LifePull = options.Drift;
        Tier = draw.Normal();
        const double Spread = 0.8;
        VisitsPerDay = options.VisitsPerDay * Math.Exp((Spread * draw.Normal()) - (Spread * Spread / 2));
        Region = draw.Of(Regions);
        HobbyDays = options.HobbyDays;
        HobbyOffset = draw.Uniform(0, options.HobbyDays);
        Stages = Live(options, draw);
        AgeBand = AgeBands[Stages[0].Stage];
    }

    public int Index { get; }

    public string Id { get; }

    /// <summary>Log interest in each category, before anything moves it.</summary>
    public float[] Taste { get; }

    public double SeasonPull { get; }

    public double TrendPull { get; }

    public double LifePull { get; }

    /// <summary>Which price they prefer within a category, in deviations.</summary>
    public double Tier { get; }

    public double VisitsPerDay { get; }

    public string Region { get; }

    public string AgeBand { get; }

    /// <summary>Days between two hobbies.</summary>
    public double HobbyDays { get; }

    /// <summary>Day of their first change of hobby.</summary>
    public double HobbyOffset { get; }

    /// <summary>The path through life: stage and the day, since the shop opened, when it begins. The first began before.</summary>
    public IReadOnlyList<(int Stage, double FromDay)> Stages { get; }

    private static string[] Regions { get; } = ["north", "south", "east", "west", "islands"];

    private static string[] AgeBands { get; } = ["18-24", "25-34", "25-34", "25-34", "35-49", "35-49", "65+"];

    /// <summary>Number of the hobby that they have on a day; it began at <see cref="HobbyFrom"/>.</summary>
    public long HobbyNumber(double day) => (long)Math.Floor((day - HobbyOffset) / HobbyDays);

    /// <summary>Day when a hobby begins.</summary>
    public double HobbyFrom(long number) => HobbyOffset + (number * HobbyDays);

    /// <summary>Category of a hobby, by its number.</summary>
    public int Hobby(long number) => Draw.For(_seed, Purpose.Hobby, Index, number).Below(Vocabulary.CategoryCount);

    private static List<(int, double)> Live(SimulatorOptions options, Draw draw)
    {
        var stage = draw.Weighted([.. LifeStage.All.Select(s => s.Share)]);
        // The shop opens somewhere in the middle of the first stage: what is left of it is uniform.
        var day = -draw.Uniform() * options.LifeStageDays;
        var path = new List<(int, double)> { (stage, day) };
        while (LifeStage.All[stage].Next is { Length: > 0 } next)
        {
            day += options.LifeStageDays * (path.Count == 1 ? 1 : draw.Uniform(0.6, 1.4));
            stage = LifeStage.Index(next[draw.Weighted([.. next.Select(n => n.Weight)])].Name);
            path.Add((stage, day));
        }

        return path;
    }
}
