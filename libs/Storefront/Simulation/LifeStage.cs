namespace Driftline.Storefront.Simulation;

/// <summary>A part of life with what it makes people need, and what may follow it.</summary>
/// <param name="Name">What it is called in the truth.</param>
/// <param name="Share">How common it is when the shop opens.</param>
/// <param name="Boosts">Category and the log of how much its interest grows.</param>
/// <param name="Next">The stages that may follow, with their weights; none: it lasts.</param>
internal sealed record LifeStage(string Name, double Share, (int Category, double Boost)[] Boosts, (string Name, double Weight)[] Next)
{
    public static IReadOnlyList<LifeStage> All { get; } =
    [
        Of("student", 0.2, [("Textbooks", 2.4), ("Notebooks", 1.9), ("Computing", 1.4), ("Gaming", 1.2), ("Pens & Art", 1.0)], ("young professional", 1)),
        Of("young professional", 0.22, [("Shirts & Tops", 1.6), ("Running", 1.3), ("Headphones", 1.2), ("Coffee & Tea", 1.2), ("Bags", 1.0), ("Desk Accessories", 1.0)],
            ("first home", 0.7), ("new parent", 0.3)),
        Of("first home", 0.14, [("Cookware", 1.8), ("Bedding", 1.8), ("Lighting", 1.5), ("Shelving", 1.5), ("Paint & Decorating", 1.4)],
            ("new parent", 0.6), ("home owner", 0.4)),
        Of("new parent", 0.12, [("Nappies & Baby Care", 3.0), ("Nursery", 2.7), ("Baby Clothing", 2.6), ("Children's Books", 1.0)], ("school-age parent", 1)),
        Of("school-age parent", 0.12, [("Toys", 2.2), ("Children's Books", 2.0), ("Party Supplies", 1.5), ("Kitchen Storage", 1.0)], ("home owner", 1)),
        Of("home owner", 0.12, [("Power Tools", 1.9), ("Smart Home", 1.7), ("Hardware & Fixings", 1.6), ("Outdoor Furniture", 1.2), ("Barbecue", 1.2)], ("retired", 1)),
        Of("retired", 0.08, [("Novels", 1.9), ("Garden Tools", 1.7), ("Seeds & Bulbs", 1.6), ("Cameras", 1.3), ("Bakeware", 1.2)]),
    ];

    public static int Index(string name) => All.Select((stage, i) => (stage, i)).First(pair => pair.stage.Name == name).i;

    private static LifeStage Of(string name, double share, (string Category, double Boost)[] boosts, params (string Name, double Weight)[] next) =>
        new(name, share, [.. boosts.Select(boost => (Vocabulary.Category(boost.Category), boost.Boost))], next);
}
