namespace Driftline.Catalog;

/// <summary>
/// Item ids and main categories with their indexes. Items from 0 in the order given; categories from 0 in ordinal order. An item without a
/// category is put in <see cref="Uncategorised"/>, so that every item of the vocabulary has one.
/// </summary>
public sealed class Vocabulary
{
    /// <summary>The category of items that name none.</summary>
    public const string Uncategorised = "(uncategorised)";

    private readonly Dictionary<string, int> _items;
    private readonly Dictionary<string, int> _categories;
    private readonly int[] _categoryOfItem;

    /// <param name="items">Each item id with its main category, or null.</param>
    /// <param name="categories">The categories in index order; null takes them from the items.</param>
    /// <exception cref="ArgumentException">An item id comes twice, or a category is not in the list.</exception>
    public Vocabulary(IReadOnlyList<KeyValuePair<string, string?>> items, IReadOnlyList<string>? categories = null)
    {
        Categories = categories ?? [.. items.Select(item => item.Value ?? Uncategorised).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        _categories = Index(Categories, "category");
        ItemIds = [.. items.Select(item => item.Key)];
        _items = Index(ItemIds, "item id");
        _categoryOfItem = [.. items.Select(item => CategoryIndex(item.Value) is var index and >= 0
            ? index
            : throw new ArgumentException($"Item '{item.Key}' is in category '{item.Value}', which is not in the list of categories."))];
    }

    /// <summary>Item ids in index order.</summary>
    public IReadOnlyList<string> ItemIds { get; }

    /// <summary>Categories in index order.</summary>
    public IReadOnlyList<string> Categories { get; }

    /// <summary>The index of an item, or -1.</summary>
    public int ItemIndex(string itemId) => _items.GetValueOrDefault(itemId, -1);

    /// <summary>The index of a category, or -1; null is <see cref="Uncategorised"/>.</summary>
    public int CategoryIndex(string? category) => _categories.GetValueOrDefault(category ?? Uncategorised, -1);

    /// <summary>The index of the main category of the item at an index.</summary>
    public int CategoryOf(int itemIndex) => _categoryOfItem[itemIndex];

    private static Dictionary<string, int> Index(IReadOnlyList<string> names, string what)
    {
        var index = new Dictionary<string, int>(names.Count, StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (!index.TryAdd(names[i], i)) throw new ArgumentException($"The {what} '{names[i]}' comes twice.");
        }

        return index;
    }
}
