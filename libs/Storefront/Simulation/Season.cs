namespace Driftline.Storefront.Simulation;

/// <summary>A time of the year with its interests, the same for everybody but not equally strong.</summary>
/// <param name="Name">What the season is called in the truth.</param>
/// <param name="PeakDay">Day of the year, from 0, when it is strongest.</param>
/// <param name="Width">Days from the peak to where its pull is down to 61 % (one deviation of a bell curve).</param>
/// <param name="Boosts">Category and the log of how much its interest grows at the peak.</param>
internal sealed record Season(string Name, double PeakDay, double Width, (int Category, double Boost)[] Boosts)
{
    public const double Year = 365.25;

    public static IReadOnlyList<Season> All { get; } =
    [
        Of("new year fitness", 12, 14, ("Yoga & Fitness", 1.8), ("Running", 1.2), ("Notebooks", 0.8)),
        Of("snow", 30, 20, ("Winter Sports", 2.4), ("Knitwear", 0.9)),
        Of("spring garden", 108, 22, ("Seeds & Bulbs", 2.2), ("Planters & Pots", 2.0), ("Garden Tools", 1.8), ("Paint & Decorating", 0.9)),
        Of("summer outdoors", 178, 26, ("Outdoor Furniture", 2.0), ("Barbecue", 2.3), ("Camping & Hiking", 1.7), ("Cycling", 1.1), ("Dresses", 1.0)),
        Of("back to school", 240, 14, ("Notebooks", 1.9), ("Textbooks", 1.7), ("Pens & Art", 1.4), ("Computing", 0.8)),
        Of("halloween", 296, 9, ("Costumes & Halloween", 3.0)),
        Of("first cold", 312, 18, ("Knitwear", 1.5), ("Candles & Scents", 1.1), ("Bedding", 0.9), ("Lighting", 0.8)),
        Of("christmas", 342, 13, ("Christmas Decorations", 2.9), ("Gift Wrap & Cards", 2.0), ("Toys", 1.5), ("Jewellery", 1.0), ("Fragrance", 1.2)),
    ];

    /// <summary>From 0 (out of season) to 1 (at the peak).</summary>
    /// <param name="day">Days since 1 January of any year; may exceed a year.</param>
    public double Strength(double day)
    {
        var distance = Math.IEEERemainder(day - PeakDay, Year) / Width;
        return Math.Exp(-0.5 * distance * distance);
    }

    private static Season Of(string name, double peak, double width, params (string Category, double Boost)[] boosts) =>
        new(name, peak, width, [.. boosts.Select(boost => (Vocabulary.Category(boost.Category), boost.Boost))]);
}
