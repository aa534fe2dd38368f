using System.IO.Hashing;
using System.Text;

namespace Driftline.Catalog;

/// <summary>What a model knows of a catalogue item: its text and its categories. The first category is the main one.</summary>
public sealed record CatalogEntry(string ItemId, string Title, IReadOnlyList<string> Categories, string? Description = null)
{
    /// <summary>The main category, or null where the item has none.</summary>
    public string? MainCategory => Categories.Count > 0 ? Categories[0] : null;

    /// <summary>Everything that a text encoder reads, one part a line: title, categories, description.</summary>
    public string Text => string.Join('\n', (string[])[Title, string.Join(" | ", Categories), Description ?? ""]).Trim();

    /// <summary>
    /// The same as a sentence, which is what a pretrained encoder has learnt to read: <c>title. category, category. description</c>, parts that
    /// are empty left out.
    /// </summary>
    public string Sentence => string.Join(
        ". ", ((string[])[Title, string.Join(", ", Categories), Description ?? ""]).Select(part => part.Trim().TrimEnd('.')).Where(part => part.Length > 0));

    /// <summary>XXH64 of <see cref="Text"/>, or, where that text could be another item's too, of its parts with their lengths: an item whose hash changed needs a new vector.</summary>
    public long ContentHash => unchecked((long)XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(IsAmbiguous ? string.Concat(Parts.Select(part => $"{part.Length}:{part}")) : Text)));

    private IEnumerable<string> Parts => [Title, .. Categories, Description ?? ""];

    // Of the parts that Text joins, one may look like several.
    private bool IsAmbiguous => Title.Length == 0 || Categories.Any(category => category.Contains('|')) || Parts.SkipLast(1).Any(part => part.Contains('\n'));
}
