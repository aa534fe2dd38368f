namespace Driftline.Storefront;

/// <summary>An item with all that a storefront can say of it.</summary>
/// <param name="Categories">The first is the main one.</param>
/// <param name="Available">Null where it is not said.</param>
/// <param name="Kind">product, article, ad, or any word; null where it is not said.</param>
/// <param name="Attributes">Columns beyond the known ones, where they are not empty.</param>
public sealed record DescribedItem(
    string ItemId, string? Title, IReadOnlyList<string> Categories, string? Description, double? Price, string? Currency, bool? Available, string? Kind,
    IReadOnlyDictionary<string, string> Attributes);

/// <summary>One row of an item file: an item, or why it is none.</summary>
/// <param name="Line">Line on which the row begins.</param>
/// <param name="Column">The column at fault; null where the whole row is, or none.</param>
/// <param name="Fault">Null for an item.</param>
public sealed record ItemRow(long Line, DescribedItem? Item, string? Column = null, string? Fault = null);

/// <summary>
/// Reads <c>items.csv[.gz]</c> row by row and goes on after a bad one, where <see cref="ImportFolder.ReadItems"/> stops. Columns: <c>item_id</c>, and
/// optionally <c>title,category,description,price,currency,available,kind</c>; categories are separated by <c>|</c>; any other column is an attribute.
/// </summary>
public static class ItemFile
{
    private static readonly string[] Known = ["item_id", "title", "category", "description", "price", "currency", "available", "kind"];

    /// <exception cref="ImportException">The file as a whole cannot be read, or from some row on; the message names the file and the line.</exception>
    public static IEnumerable<ItemRow> Read(string path)
    {
        using var rows = CsvRows.Open(path, ["item_id"]);
        var attributes = rows.Columns.Where(column => !Known.Contains(column, StringComparer.OrdinalIgnoreCase)).ToList();
        while (TryRead(rows, attributes, out var row)) yield return row;
    }

    private static bool TryRead(CsvRows rows, List<string> attributes, out ItemRow row)
    {
        row = null!;
        try
        {
            if (!rows.Read()) return false;
            row = new ItemRow(rows.Line, Item(rows, attributes));
        }
        catch (ImportException e) when (e.Line is { } line)
        {
            row = new ItemRow(line, null, e.Column, e.Fault);
        }

        return true;
    }

    private static DescribedItem Item(CsvRows rows, List<string> attributes) => new(
        rows.Required("item_id"), rows.Text("title"),
        rows.Text("category")?.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
        rows.Text("description"), rows.Number("price"), rows.Text("currency"), rows.Flag("available"), rows.Text("kind"),
        attributes.Where(column => rows.Text(column) is not null).ToDictionary(column => column, column => rows.Text(column)!, StringComparer.Ordinal));
}
