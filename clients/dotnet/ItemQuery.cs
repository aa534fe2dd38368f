namespace Driftline.Client;

/// <summary>Which items an answer may hold, and how many. What is left out is left to the service.</summary>
public record ItemQuery
{
    /// <summary>Most items wanted, 1 to 100.</summary>
    public int? Count { get; init; }

    /// <summary>Only items of any of these categories, main or other.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Only items that cost at least this, in the item's own currency; items without a price do not pass.</summary>
    public double? MinPrice { get; init; }

    /// <summary>Only items that cost at most this, in the item's own currency; items without a price do not pass.</summary>
    public double? MaxPrice { get; init; }

    /// <summary>Ids of items to leave out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Only items of this kind: product, article, ad, or a word that the catalogue uses.</summary>
    public string? Kind { get; init; }

    internal virtual ResourcePath Add(ResourcePath path) => path.With("count", Count).With("category", Categories)
        .With("minPrice", MinPrice).With("maxPrice", MaxPrice).With("exclude", Exclude).With("kind", Kind);
}

/// <summary>For items that are like something.</summary>
public record SimilarQuery : ItemQuery
{
    /// <summary>0 is the plain order; towards 1, items differ more from each other.</summary>
    public double? Diversity { get; init; }

    internal override ResourcePath Add(ResourcePath path) => base.Add(path).With("diversity", Diversity);
}

/// <summary>For a user's recommendations.</summary>
public sealed record RecommendationsQuery : SimilarQuery
{
    /// <summary>Id of the item on whose page they will be shown.</summary>
    public string? ContextItem { get; init; }

    /// <summary>Offer again what the user bought within its repurchase interval, as for a 'buy again' shelf.</summary>
    public bool IncludePurchased { get; init; }

    /// <summary>Share of the places, 0 to 1, that are filled by chance from the best items further down; each item then has its propensity.</summary>
    public double? Explore { get; init; }

    /// <summary>Add to each personal item what led to it. It takes the model some time.</summary>
    public bool Explain { get; init; }

    internal override ResourcePath Add(ResourcePath path) => base.Add(path)
        .With("context", ContextItem is null ? null : $"item:{ContextItem}").With("includePurchased", IncludePurchased).With("explore", Explore).With("explain", Explain);
}
