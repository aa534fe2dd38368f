using System.Collections.Concurrent;
using driftline.events;
using Driftline.Streaming;

namespace Driftline.Recommender.Retrieval;

/// <summary>What the recommender keeps of a catalogue item.</summary>
/// <param name="Categories">The first is the main one; may be empty.</param>
internal sealed record Product(string ItemId, string Title, IReadOnlyList<string> Categories, double? Price, string? Currency, bool Available)
{
    public string? Category => Categories.Count > 0 ? Categories[0] : null;

    public bool IsIn(string category) => Categories.Contains(category, StringComparer.Ordinal);
}

/// <summary>The whole of <c>catalog.items</c>. Readers take no lock.</summary>
internal sealed class CatalogTable : ITable<CatalogItem>
{
    private readonly ConcurrentDictionary<string, Product> _products = new(StringComparer.Ordinal);

    public int Count => _products.Count;

    public void Apply(Received<CatalogItem> record)
    {
        if (record.Key is not { Length: > 0 } itemId) return;
        if (record.Value is { } item) _products[itemId] = new Product(itemId, item.title, [.. item.categories], item.price, item.currency, item.available);
        else _products.TryRemove(itemId, out _);
    }

    public Product? Find(string itemId) => _products.GetValueOrDefault(itemId);

    /// <summary>Items whose title or id holds the text (letter case aside), by title, then id.</summary>
    public IReadOnlyList<Product> Search(string text, int count) =>
        [.. _products.Values
            .Where(product => product.Title.Contains(text, StringComparison.OrdinalIgnoreCase) || product.ItemId.Contains(text, StringComparison.OrdinalIgnoreCase))
            .OrderBy(product => product.Title, StringComparer.OrdinalIgnoreCase).ThenBy(product => product.ItemId, StringComparer.Ordinal)
            .Take(count)];
}
