using System.Collections.Concurrent;
using driftline.events;
using Driftline.Streaming;

namespace Driftline.Recommender.Retrieval;

/// <summary>What the recommender keeps of a catalogue item.</summary>
/// <param name="Categories">The first is the main one; may be empty.</param>
/// <param name="UpdatedAt">Of the newest state; milliseconds since the Unix epoch.</param>
/// <param name="Kind">product, article, ad, or a word of the storefront's own.</param>
internal sealed record Product(string ItemId, string Title, IReadOnlyList<string> Categories, double? Price, string? Currency, bool Available, long UpdatedAt = 0, string Kind = "product")
{
    public string? Category => Categories.Count > 0 ? Categories[0] : null;

    public bool IsIn(string category) => Categories.Contains(category, StringComparer.Ordinal);
}

/// <summary>The whole of <c>catalog.items</c>. Readers take no lock but that of a category whose items they want.</summary>
internal sealed class CatalogTable : ITable<CatalogItem>
{
    /// <summary>Items up to which looking at each beats a search of all: a microsecond for each here, a search of the others is some milliseconds.</summary>
    internal const int FewItems = 1_000;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, HashSet<string>> _categories = new(StringComparer.Ordinal); // ids of the items in each; a set is its own lock
    private readonly Remade<Product[]> _newest;

    public CatalogTable(TimeProvider time) => _newest = new Remade<Product[]>(time, [], () => [.. InOrder(Products).Take(FewItems)]);

    public int Count => _entries.Count;

    public void Apply(Received<CatalogItem> record)
    {
        if (record.Key is not { Length: > 0 } itemId) return;
        var before = Find(itemId);
        var now = record.Value is { } item ? new Product(itemId, item.title, [.. item.categories], item.price, item.currency, item.available, item.updatedAt, item.kind) : null;
        if (now is not null) _entries.GetOrAdd(itemId, _ => new Entry()).Product = now;
        else if (_entries.TryRemove(itemId, out var entry)) entry.Product = null;
        foreach (var category in now?.Categories ?? [])
        {
            var items = _categories.GetOrAdd(category, _ => new HashSet<string>(StringComparer.Ordinal));
            lock (items) items.Add(itemId);
        }

        foreach (var category in before?.Categories.Where(category => now?.IsIn(category) != true) ?? [])
        {
            if (!_categories.TryGetValue(category, out var items)) continue; // it names the category twice
            lock (items)
            {
                if (items.Remove(itemId) && items.Count == 0) _categories.TryRemove(category, out _);
            }
        }

        _newest.Changed();
    }

    public Product? Find(string itemId) => _entries.GetValueOrDefault(itemId)?.Product;

    /// <summary>The same, without a look-up where it was found before.</summary>
    /// <param name="known">Where it was found.</param>
    public Product? Find(string itemId, ref object? known)
    {
        if (known is Entry { Product: { } product }) return product;
        var entry = _entries.GetValueOrDefault(itemId);
        known = entry;
        return entry?.Product;
    }

    /// <summary>The ids of those in the filter's categories, which are all that it can let pass; null where it names none, or they hold more than <see cref="FewItems"/>.</summary>
    public IReadOnlyCollection<string>? Among(ItemFilter filter)
    {
        if (filter.Categories.Count == 0) return null;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var category in filter.Categories)
        {
            if (!_categories.TryGetValue(category, out var items)) continue;
            lock (items)
            {
                if (items.Count > FewItems) return null;
                ids.UnionWith(items);
            }

            if (ids.Count > FewItems) return null;
        }

        return ids;
    }

    /// <summary>
    /// Items that pass the filter, updated last first, then by id. Looks at those in the filter's categories where these are few, else at the newest of a moment ago,
    /// and only where too few of them pass at the whole catalogue.
    /// </summary>
    public IReadOnlyList<Product> Latest(ItemFilter filter, int count)
    {
        if (count == 0) return [];
        if (Among(filter) is { } few) return [.. InOrder(few.Select(Find).Where(filter.Admits)!).Take(count)];
        Product[] newest = [.. _newest.Value.Select(product => Find(product.ItemId)).Where(filter.Admits).Take(count)!];
        return newest.Length == count ? newest : [.. InOrder(Products.Where(filter.Admits)).Take(count)];
    }

    /// <summary>Items whose title or id holds the text (letter case aside), by title, then id.</summary>
    /// <param name="categories">An item must be in one of them; empty admits all.</param>
    /// <param name="itemIds">An item must be one of these; empty admits all.</param>
    public IReadOnlyList<Product> Search(string text, IReadOnlyCollection<string> categories, IReadOnlyCollection<string> itemIds, int count) =>
        [.. (itemIds.Count == 0 ? Products : itemIds.Select(Find).OfType<Product>())
            .Where(product => categories.Count == 0 || categories.Any(product.IsIn))
            .Where(product => product.Title.Contains(text, StringComparison.OrdinalIgnoreCase) || product.ItemId.Contains(text, StringComparison.OrdinalIgnoreCase))
            .OrderBy(product => product.Title, StringComparer.OrdinalIgnoreCase).ThenBy(product => product.ItemId, StringComparer.Ordinal)
            .Take(count)];

    /// <summary>Categories, main or other, by name, and how many items are in each.</summary>
    public IEnumerable<(string Name, int Items)> Categories() =>
        _categories.Select(category => (Name: category.Key, Items: category.Value.Count)).Where(category => category.Items > 0).OrderBy(category => category.Name, StringComparer.Ordinal);

    private static IEnumerable<Product> InOrder(IEnumerable<Product> products) =>
        products.OrderByDescending(product => product.UpdatedAt).ThenBy(product => product.ItemId, StringComparer.Ordinal);

    // Not the dictionary's Values, which copies all of them under all of its locks.
    private IEnumerable<Product> Products => _entries.Select(entry => entry.Value.Product).OfType<Product>();

    /// <summary>An item's place in the catalogue for as long as it is there: one that has lost its product is found no more.</summary>
    private sealed class Entry
    {
        private volatile Product? _product;

        public Product? Product
        {
            get => _product;
            set => _product = value;
        }
    }
}
