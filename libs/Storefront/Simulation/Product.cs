namespace Driftline.Storefront.Simulation;

/// <summary>An item of the catalogue with what the simulator knows about it and the shop does not.</summary>
/// <param name="Item">What the shop shows.</param>
/// <param name="Category">Index of its main category.</param>
/// <param name="Series">Index of the brand's series within the department.</param>
/// <param name="Brand">Who makes it.</param>
/// <param name="Noun">What it is, e.g. "saucepan".</param>
/// <param name="Feature">What it does well, e.g. "heats evenly".</param>
/// <param name="Quality">Mean rating of those who buy it, about 2.5 to 4.8.</param>
/// <param name="Tier">Its price against its category's, in deviations: below 0 cheap, above 0 dear.</param>
internal sealed record Product(ImportItem Item, int Category, int Series, string Brand, string Noun, string Feature, double Quality, double Tier)
{
    /// <summary>Items that are looked at next to this one, the likeliest first.</summary>
    public Product[] Companions { get; set; } = [];
}
