namespace Driftline.Client;

/// <summary>The whole state of one catalogue item: it replaces all that was known under its id.</summary>
public sealed record CatalogItem
{
    /// <summary>The itemId of events.</summary>
    public required string Id { get; init; }

    public string? Title { get; init; }

    /// <summary>The main category first.</summary>
    public IReadOnlyList<string>? Category { get; init; }

    public string? Description { get; init; }

    /// <summary>Unit price.</summary>
    public double? Price { get; init; }

    /// <summary>ISO 4217, of the price.</summary>
    public string? Currency { get; init; }

    /// <summary>False keeps it out of recommendations; true if left out.</summary>
    public bool? Available { get; init; }

    /// <summary>product if left out, article, ad, or any word.</summary>
    public string? Kind { get; init; }

    /// <summary>Of the item, such as brand.</summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }
}
