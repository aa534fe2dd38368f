namespace Driftline.Storefront.Simulation;

/// <summary>What a simulated storefront is like. Equal options give equal events, everywhere and every time.</summary>
public sealed record SimulatorOptions
{
    /// <summary>Decides everything that is random.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>How many people shop here.</summary>
    public int Shoppers { get; init; } = 2_000;

    /// <summary>Products in the catalogue.</summary>
    public int Items { get; init; } = 3_000;

    /// <summary>When the shop opens. The season follows from it.</summary>
    public DateTimeOffset Start { get; init; } = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Visits of the average shopper a day; a visit makes about six events. Shoppers differ (lognormal).</summary>
    public double VisitsPerDay { get; init; } = 0.1;

    /// <summary>Mean days in one life stage. Simulated lives are shorter than real ones, so that a few months show some change.</summary>
    public double LifeStageDays { get; init; } = 300;

    /// <summary>Days between two new hobbies of one shopper.</summary>
    public double HobbyDays { get; init; } = 150;

    /// <summary>How far the season, the trend and life move interests: 1 as designed, 0 not at all.</summary>
    public double Drift { get; init; } = 1;

    internal void Validate()
    {
        Require(Shoppers >= 1, nameof(Shoppers), Shoppers, "at least 1");
        Require(Items >= Vocabulary.CategoryCount, nameof(Items), Items, $"at least {Vocabulary.CategoryCount}, one for each category");
        Require(Items <= 100_000, nameof(Items), Items, "at most 100000: the vocabulary makes no more distinct titles");
        Require(VisitsPerDay is > 0 and <= 100, nameof(VisitsPerDay), VisitsPerDay, "above 0 and at most 100");
        Require(LifeStageDays >= 30, nameof(LifeStageDays), LifeStageDays, "at least 30");
        Require(HobbyDays >= 30, nameof(HobbyDays), HobbyDays, "at least 30");
        Require(Drift is >= 0 and <= 3, nameof(Drift), Drift, "0 to 3");
    }

    private static void Require(bool holds, string name, object value, string expected)
    {
        if (!holds) throw new ArgumentOutOfRangeException(name, value, $"{name} must be {expected}.");
    }
}
