namespace Driftline.Recommender.Retrieval;

/// <summary>Which items an answer may hold. It is asked while items are chosen, never of a finished choice, so an answer is full whenever enough items pass.</summary>
/// <param name="Categories">An item must be in one of them (main or other); empty admits all.</param>
/// <param name="MinPrice">Lowest price, in the item's own currency; null for no limit. With either limit, an item without a price does not pass.</param>
/// <param name="MaxPrice">Highest price, in the item's own currency; null for no limit.</param>
/// <param name="Excluded">Ids of items that do not pass.</param>
/// <param name="Kind">The only kind that passes; null admits all.</param>
internal sealed record ItemFilter(IReadOnlyCollection<string> Categories, double? MinPrice, double? MaxPrice, IReadOnlySet<string> Excluded, string? Kind = null)
{
    /// <summary>Admits everything that is for sale.</summary>
    public static readonly ItemFilter None = new([], null, null, new HashSet<string>());

    /// <summary>False for what is withdrawn (null) or not for sale now, whatever the filter.</summary>
    public bool Admits(Product? product) =>
        product is { Available: true }
        && (Categories.Count == 0 || Categories.Any(product.IsIn))
        && (Kind is null || product.Kind == Kind)
        && PriceFits(product.Price)
        && !Excluded.Contains(product.ItemId);

    /// <summary>The same, and not the items named either.</summary>
    public ItemFilter Without(IEnumerable<string> itemIds) => this with { Excluded = Excluded.Concat(itemIds).ToHashSet(StringComparer.Ordinal) };

    /// <summary>What passes, as the object of a sentence: "available item of that category".</summary>
    public string Subject => (Categories.Count, MinPrice is null && MaxPrice is null && Kind is null && Excluded.Count == 0) switch
    {
        (0, true) => "available item",
        (1, true) => "available item of that category",
        (_, true) => "available item of those categories",
        _ => "available item that passes the filters",
    };

    private bool PriceFits(double? price) => (MinPrice is null && MaxPrice is null) || (price >= (MinPrice ?? 0) && price <= (MaxPrice ?? double.MaxValue));
}
