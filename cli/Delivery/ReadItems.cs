using System.Text.Json;
using Driftline.Client;
using Driftline.Storefront;

namespace Driftline.Cli.Delivery;

/// <summary>Items from a CSV file, a file of JSON, or a folder in the import format.</summary>
internal static class ReadItems
{
    public static IEnumerable<Element> From(string path)
    {
        if (Directory.Exists(path)) path = ImportFolder.Open(path).Files.Single(file => Path.GetFileName(file).StartsWith("items.", StringComparison.Ordinal));
        return path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".csv.gz", StringComparison.OrdinalIgnoreCase) ? FromCsv(path) : ReadJson.From(path);
    }

    private static IEnumerable<Element> FromCsv(string path)
    {
        if (!File.Exists(path)) throw new CommandException($"{path}: no such file. Give a .csv[.gz] file, a file of JSON lines or of a JSON array, a folder in the import format, or - for JSON from the input.");
        foreach (var row in ItemFile.Read(path))
        {
            var where = $"{path}:{row.Line}";
            yield return row.Item is { } item ? new Element(where, Json(item)) : Element.Unreadable(where, row.Fault!, row.Column);
        }
    }

    private static byte[] Json(DescribedItem item) => JsonSerializer.SerializeToUtf8Bytes(
        new CatalogItem
        {
            Id = item.ItemId,
            Title = item.Title,
            Category = item.Categories,
            Description = item.Description,
            Price = item.Price,
            Currency = item.Currency,
            Available = item.Available,
            Kind = item.Kind,
            Attributes = item.Attributes,
        },
        CliJson.Default.CatalogItem);
}
