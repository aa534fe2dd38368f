namespace Driftline.Storefront.Simulation;

/// <summary>
/// What a model can only guess: every shopper's latent interests at any time, and each migration with its cause.
/// A migration's shift is found by comparing the interests at its end with those at its end had this one cause stood still.
/// </summary>
public sealed class Truth
{
    /// <summary>A migration that moves less than this share of the interest is not recorded.</summary>
    public const double LeastShift = 0.04;

    private const int Named = 3;

    private readonly SimulatorOptions _options;
    private readonly Shopper[] _shoppers;
    private readonly Dictionary<string, Shopper> _byId;

    internal Truth(SimulatorOptions options, Shopper[] shoppers)
    {
        _options = options;
        _shoppers = shoppers;
        _byId = shoppers.ToDictionary(shopper => shopper.Id, StringComparer.Ordinal);
        Categories = [.. Vocabulary.Categories.Select(category => category.Name)];
        Shoppers = [.. shoppers.Select(shopper => shopper.Id)];
    }

    /// <summary>The main categories, in the order of every distribution here.</summary>
    public IReadOnlyList<string> Categories { get; }

    /// <summary>Ids of all shoppers.</summary>
    public IReadOnlyList<string> Shoppers { get; }

    /// <summary>Latent interests of a shopper: the probability that a fresh interest is in each of <see cref="Categories"/>; sums to 1.</summary>
    /// <exception cref="ArgumentException">There is no such shopper.</exception>
    public IReadOnlyList<double> Interests(string shopperId, DateTimeOffset time)
    {
        var into = new double[Categories.Count];
        new Interests(_options).Fill(Find(shopperId), Causes.At(Day(time)), into);
        return into;
    }

    /// <summary>The life stage of a shopper, e.g. "new parent".</summary>
    /// <exception cref="ArgumentException">There is no such shopper.</exception>
    public string LifeStageOf(string shopperId, DateTimeOffset time)
    {
        var day = Day(time);
        return LifeStage.All[Find(shopperId).Stages.Last(stage => stage.FromDay <= day || stage == Find(shopperId).Stages[0]).Stage].Name;
    }

    /// <summary>All migrations whose middle lies in the span, shopper by shopper, by time.</summary>
    public IEnumerable<Migration> Migrations(DateTimeOffset from, DateTimeOffset to) => Shoppers.SelectMany(id => Migrations(id, from, to));

    /// <summary>A shopper's migrations whose middle lies in the span, by time.</summary>
    /// <exception cref="ArgumentException">There is no such shopper.</exception>
    public IReadOnlyList<Migration> Migrations(string shopperId, DateTimeOffset from, DateTimeOffset to)
    {
        var shopper = Find(shopperId);
        var interests = new Interests(_options);
        return [.. Moves(shopper, Day(from), Day(to))
            .Where(move => move.Middle >= Day(from) && move.Middle < Day(to)).OrderBy(move => move.Middle)
            .Select(move => Measure(shopper, move, interests)).OfType<Migration>()];
    }

    /// <summary>A trend or a season: its name, the categories that it lifts, and when it begins, peaks and ends.</summary>
    public IEnumerable<(MigrationKind Kind, string Name, IReadOnlyList<string> Categories, DateTimeOffset Begins, DateTimeOffset Peaks, DateTimeOffset Ends)> Waves(
        DateTimeOffset from, DateTimeOffset to) =>
        PopulationWaves(Day(from), Day(to)).Where(wave => wave.Peak + wave.Reach >= Day(from) && wave.Peak - wave.Reach <= Day(to))
            .Select(wave => (wave.Kind, wave.Name, wave.Categories, Time(wave.Peak - wave.Reach), Time(wave.Peak), Time(wave.Peak + wave.Reach)));

    private IEnumerable<(MigrationKind Kind, string Name, IReadOnlyList<string> Categories, double Peak, double Reach)> PopulationWaves(double from, double to)
    {
        var interests = new Interests(_options);
        foreach (var season in Season.All)
        {
            var firstYear = Math.Floor((interests.DayOfYear(from) - season.PeakDay) / Season.Year) - 1;
            for (var peak = (firstYear * Season.Year) + season.PeakDay - interests.DayOfYear(0); peak <= to + Season.Year; peak += Season.Year)
                yield return (MigrationKind.Seasonal, season.Name, [.. season.Boosts.Select(boost => Categories[boost.Category])], peak, 2 * season.Width);
        }

        foreach (var trend in Trend.Between(_options.Seed, from, to))
            yield return (MigrationKind.Trend, $"{Categories[trend.Category]} trend", [Categories[trend.Category]], trend.PeakDay, 2 * trend.Width);
    }

    private IEnumerable<Move> Moves(Shopper shopper, double from, double to)
    {
        foreach (var wave in PopulationWaves(from, to))
        {
            yield return new Move(wave.Kind, $"{wave.Name} begins", wave.Peak - wave.Reach, wave.Peak - (wave.Reach / 2), wave.Peak);
            yield return new Move(wave.Kind, $"{wave.Name} ends", wave.Peak, wave.Peak + (wave.Reach / 2), wave.Peak + wave.Reach);
        }

        for (var i = 1; i < shopper.Stages.Count; i++)
        {
            var (before, after) = (LifeStage.All[shopper.Stages[i - 1].Stage].Name, LifeStage.All[shopper.Stages[i].Stage].Name);
            yield return Ramp(MigrationKind.LifeStage, $"{before} to {after}", shopper.Stages[i].FromDay);
        }

        for (var number = shopper.HobbyNumber(from) - 1; number <= shopper.HobbyNumber(to); number++)
        {
            yield return Ramp(MigrationKind.Personal,
                $"hobby {Categories[shopper.Hobby(number - 1)]} to {Categories[shopper.Hobby(number)]}", shopper.HobbyFrom(number));
        }

        Move Ramp(MigrationKind kind, string cause, double day) =>
            new(kind, cause, day, day + (Simulation.Interests.ChangeDays / 2), day + Simulation.Interests.ChangeDays);
    }

    private Migration? Measure(Shopper shopper, Move move, Interests interests)
    {
        Span<double> moved = stackalloc double[Categories.Count];
        Span<double> held = stackalloc double[Categories.Count];
        var end = Causes.At(move.End);
        // A hair before the beginning, so that a ramp which begins there has not begun.
        var begin = move.Begin - 1e-6;
        interests.Fill(shopper, end, moved);
        interests.Fill(shopper, move.Kind switch
        {
            MigrationKind.Seasonal => end with { Season = begin },
            MigrationKind.Trend => end with { Trend = begin },
            MigrationKind.LifeStage => end with { Life = begin },
            _ => end with { Hobby = begin },
        }, held);

        var change = new double[moved.Length];
        double shift = 0;
        for (var c = 0; c < change.Length; c++)
        {
            change[c] = moved[c] - held[c];
            shift += Math.Abs(change[c]) / 2;
        }

        if (shift < LeastShift) return null;
        var order = Enumerable.Range(0, change.Length).OrderBy(c => change[c]).ToArray();
        return new Migration(shopper.Id, move.Kind, move.Cause, Time(move.Begin), Time(move.Middle), Time(move.End),
            Names(order, -1), Names(order.Reverse(), 1), Math.Round(shift, 4));

        string[] Names(IEnumerable<int> categories, int sign) =>
            [.. categories.Where(c => sign * change[c] > shift / 20).Take(Named).Select(c => Categories[c])];
    }

    private Shopper Find(string shopperId) => _byId.TryGetValue(shopperId, out var shopper)
        ? shopper
        : throw new ArgumentException($"There is no shopper '{shopperId}': ids run from {_shoppers[0].Id} to {_shoppers[^1].Id}.", nameof(shopperId));

    private double Day(DateTimeOffset time) => (time - _options.Start).TotalDays;

    private DateTimeOffset Time(double day) => _options.Start.AddSeconds(Math.Round(day * 86_400));

    private readonly record struct Move(MigrationKind Kind, string Cause, double Begin, double Middle, double End);
}
