using System.IO.Compression;
using System.Text;

namespace Driftline.Storefront;

/// <summary>How much a folder holds.</summary>
public sealed record ImportCounts(long Events, int Items, int Users);

/// <summary>
/// Writes a folder that <see cref="ImportFolder"/> reads: gzipped <c>events</c>, <c>items</c> and, where there are attributes, <c>users</c>,
/// with a README.txt that says where the data come from. All goes to a neighbouring folder first, which is renamed when it is complete,
/// so a folder of that name is always whole. Equal input gives equal bytes.
/// </summary>
public sealed class ImportFolderWriter
{
    private readonly string _folder;

    private ImportFolderWriter(string folder) => _folder = folder;

    /// <summary>Writes a folder.</summary>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <param name="items">Items with distinct ids.</param>
    /// <param name="events">Events by ascending event time.</param>
    /// <param name="readme">What the data are: simulated, or their source and licence.</param>
    /// <param name="users">Attributes by user id; null or empty: no users file.</param>
    /// <param name="progress">Told the number of events written, every 10,000 and at the end.</param>
    /// <param name="beside">Writes what else belongs in the folder, given the path that it has until it is renamed.</param>
    /// <exception cref="ImportException">The folder is not empty, or the input is not what the format asks for.</exception>
    public static ImportCounts Write(
        string folder, IEnumerable<ImportItem> items, IEnumerable<ImportEvent> events, string readme,
        IEnumerable<KeyValuePair<string, IReadOnlyDictionary<string, string>>>? users = null, IProgress<long>? progress = null, Action<string>? beside = null)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
            throw new ImportException($"{folder}: exists and is not empty. Give a new folder, or remove this one first.");
        var unfinished = $"{target}.unfinished-{Guid.NewGuid():N}";
        Directory.CreateDirectory(unfinished);
        try
        {
            var writer = new ImportFolderWriter(unfinished);
            File.WriteAllText(Path.Combine(unfinished, "README.txt"), readme.ReplaceLineEndings("\n"));
            var counts = new ImportCounts(writer.WriteEvents(events, progress), writer.WriteItems(items), writer.WriteUsers(users ?? []));
            beside?.Invoke(unfinished);
            if (Directory.Exists(target)) Directory.Delete(target);
            Directory.Move(unfinished, target);
            return counts;
        }
        catch
        {
            Directory.Delete(unfinished, recursive: true);
            throw;
        }
    }

    private long WriteEvents(IEnumerable<ImportEvent> events, IProgress<long>? progress)
    {
        using var file = Open("events");
        var csv = new CsvText(file);
        csv.Row("user_id", "item_id", "event_time", "event_type", "quantity", "price", "order_id", "rating", "review_text");
        long count = 0;
        var previous = DateTimeOffset.MinValue;
        foreach (var e in events)
        {
            if (e.EventTime < previous) throw new ImportException($"Event {count + 1} ({e.UserId}, {e.ItemId}): {e.EventTime:O} is before {previous:O}. Sort the events by time.");
            previous = e.EventTime;
            csv.Field(Id(e.UserId, "user id", count)).Field(Id(e.ItemId, "item id", count)).Field(e.EventTime).Field(e.EventType)
                .Field(e.Quantity).Field(e.Price).Field(e.OrderId).Field(e.Rating).Field(e.ReviewText).EndRow();
            if (++count % 10_000 == 0) progress?.Report(count);
        }

        progress?.Report(count);
        return count;
    }

    private int WriteItems(IEnumerable<ImportItem> items)
    {
        using var file = Open("items");
        var csv = new CsvText(file);
        csv.Row("item_id", "title", "category", "description", "price");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (!seen.Add(Id(item.ItemId, "item id", seen.Count))) throw new ImportException($"Item {item.ItemId} comes twice: item ids must be distinct.");
            if (item.Categories.FirstOrDefault(category => category.Contains('|', StringComparison.Ordinal) || category.AsSpan().Trim().Length != category.Length || category.Length == 0) is { } wrong)
                throw new ImportException($"Item {item.ItemId}: category '{wrong}' is empty, has spaces at its ends, or holds '|', which separates categories.");
            csv.Field(item.ItemId).Field(item.Title).Field(string.Join('|', item.Categories)).Field(item.Description).Field(item.Price).EndRow();
        }

        return seen.Count;
    }

    private int WriteUsers(IEnumerable<KeyValuePair<string, IReadOnlyDictionary<string, string>>> users)
    {
        var all = users.ToList();
        if (all.Count == 0) return 0;
        string[] columns = [.. all.SelectMany(user => user.Value.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        using var file = Open("users");
        var csv = new CsvText(file);
        csv.Row(["user_id", .. columns]);
        foreach (var (id, attributes) in all) csv.Row([id, .. columns.Select(attributes.GetValueOrDefault)]);
        return all.Count;
    }

    private StreamWriter Open(string name) => new(
        new GZipStream(File.Create(Path.Combine(_folder, $"{name}.csv.gz")), CompressionLevel.Optimal), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    private static string Id(string id, string what, long row) =>
        string.IsNullOrWhiteSpace(id) ? throw new ImportException($"Row {row + 1} has an empty {what}.") : id;
}
