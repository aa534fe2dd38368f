namespace Driftline.Storefront;

/// <summary>One row of <c>events.csv</c>. Empty columns are null; the type is one of click, add-to-cart, purchase, review (with its rating) and impression.</summary>
public sealed record ImportEvent(
    string UserId, string ItemId, DateTimeOffset EventTime, string EventType,
    int? Quantity = null, double? Price = null, string? OrderId = null, double? Rating = null, string? ReviewText = null);

/// <summary>One row of <c>items.csv</c>. The first category is the main one; an item without any has an empty list.</summary>
public sealed record ImportItem(string ItemId, string Title, IReadOnlyList<string> Categories, string? Description = null, double? Price = null);

/// <summary>What <see cref="ImportFolder.Check"/> found.</summary>
/// <param name="Events">Rows of events.</param>
/// <param name="Items">Distinct items.</param>
/// <param name="Users">Users with attributes.</param>
/// <param name="EventsOfUnknownItems">Events whose item is not among the items: they can be counted, but have no title and no category.</param>
/// <param name="FirstUnknownItem">Where the first of them is (file, line, column); null if there is none.</param>
public sealed record ImportCheck(long Events, int Items, int Users, long EventsOfUnknownItems, string? FirstUnknownItem);

/// <summary>
/// Driftline's import format: a folder with <c>events.csv</c> (<c>user_id,item_id,event_time,event_type,quantity,price,order_id,rating</c>,
/// optionally <c>review_text</c>; ISO 8601 times, ascending, ties in source order), <c>items.csv</c>
/// (<c>item_id,title,category,description</c>, optionally <c>price</c>; categories separated by <c>|</c>) and, where there are user
/// attributes, <c>users.csv</c> (<c>user_id</c> and a column an attribute, at most 64 of a user, of 1,024 characters each). Each may be gzipped (<c>.csv.gz</c>). Ids may hold any character.
/// </summary>
public sealed class ImportFolder
{
    /// <summary>What the ingestor takes of a user with each event, unless it is set otherwise.</summary>
    private const int MostAttributes = 64, MostAttributeChars = 1_024;

    private readonly string _folder;

    private ImportFolder(string folder) => _folder = folder;

    /// <summary>Opens a folder.</summary>
    /// <exception cref="ImportException">The folder or one of its two required files is missing, or a file is there twice.</exception>
    public static ImportFolder Open(string folder)
    {
        if (!Directory.Exists(folder))
            throw new ImportException($"{folder}: no such folder. Give a folder in the import format: events.csv[.gz] and items.csv[.gz].");
        var opened = new ImportFolder(folder);
        foreach (var name in (string[])["events", "items", "users"])
        {
            var found = opened.Candidates(name).ToList();
            if (found.Count > 1)
                throw new ImportException($"{folder}: holds both {name}.csv.gz and {name}.csv. Remove the one that is not meant.");
            if (found.Count == 0 && name != "users")
                throw new ImportException($"{folder}: {name}.csv or {name}.csv.gz is missing. A folder in the import format holds both events and items.");
        }

        return opened;
    }

    /// <summary>Full path of the folder.</summary>
    public string Path => System.IO.Path.GetFullPath(_folder);

    /// <summary>The paths of the files that are there, for hashing.</summary>
    public IEnumerable<string> Files => ((string[])["events", "items", "users"]).Select(Find).OfType<string>();

    /// <summary>Events in file order. An item need not be among the items: <see cref="Check"/> counts those.</summary>
    /// <exception cref="ImportException">A row cannot be read; the message names file, line and column.</exception>
    public IEnumerable<ImportEvent> ReadEvents() => Events().Select(pair => pair.Event);

    /// <summary>Items in file order. A row that repeats an earlier one word for word is left out.</summary>
    /// <exception cref="ImportException">A row cannot be read, or an id comes again with other values; the message names file, line and column.</exception>
    public IEnumerable<ImportItem> ReadItems()
    {
        using var rows = CsvRows.Open(Find("items")!, ["item_id"]);
        var seen = new Dictionary<string, (long Line, int Hash)>(StringComparer.Ordinal);
        while (rows.Read())
        {
            var item = new ImportItem(
                rows.Required("item_id"), rows.Text("title") ?? "",
                rows.Text("category")?.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
                rows.Text("description"), rows.Number("price"));
            var hash = HashCode.Combine(item.Title, string.Join('|', item.Categories), item.Description, item.Price);
            if (seen.TryAdd(item.ItemId, (rows.Line, hash))) yield return item;
            else if (seen[item.ItemId] is var first && first.Hash != hash)
                throw rows.Error("item_id", $"'{item.ItemId}' is already on line {first.Line} with other values: keep one of the two rows");
        }
    }

    /// <summary>User attributes by user id; empty where the folder has no users file.</summary>
    /// <exception cref="ImportException">A row cannot be read, a user comes twice, or has more than the ingestor takes; the message names file, line and column.</exception>
    public IEnumerable<KeyValuePair<string, IReadOnlyDictionary<string, string>>> ReadUsers()
    {
        if (Find("users") is not { } path) yield break;
        using var rows = CsvRows.Open(path, ["user_id"]);
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        var attributes = rows.Columns.Where(column => !column.Equals("user_id", StringComparison.OrdinalIgnoreCase)).ToList();
        while (rows.Read())
        {
            var id = rows.Required("user_id");
            if (!seen.TryAdd(id, rows.Line)) throw rows.Error("user_id", $"'{id}' is already on line {seen[id]}: a user has one row");
            var told = attributes.Where(column => rows.Text(column) is not null).ToDictionary(column => column, column => rows.Text(column)!, StringComparer.Ordinal);
            if (told.Count > MostAttributes)
                throw rows.Error("user_id", $"'{id}' has {told.Count} attributes, of which the ingestor takes {MostAttributes}: leave out columns");
            if (told.FirstOrDefault(one => Math.Max(one.Key.Length, one.Value.Length) > MostAttributeChars).Key is { } longest)
                throw rows.Error(longest, $"its name or value is longer than the {MostAttributeChars:N0} characters that the ingestor takes: shorten it, or leave out the column");
            yield return new(id, told);
        }
    }

    /// <summary>Reads everything once: throws what the readers throw, and counts what is allowed but worth knowing.</summary>
    /// <param name="progress">Told the number of events read, every 10,000 and at the end.</param>
    /// <exception cref="ImportException">A row cannot be read; the message names file, line and column.</exception>
    public ImportCheck Check(IProgress<long>? progress = null)
    {
        var items = ReadItems().Select(item => item.ItemId).ToHashSet(StringComparer.Ordinal);
        var users = ReadUsers().Count();
        long count = 0, unknown = 0;
        string? first = null;
        foreach (var (read, line) in Events())
        {
            if (!items.Contains(read.ItemId))
            {
                unknown++;
                first ??= $"{Find("events")}, line {line}, column item_id: '{read.ItemId}' is not among the items.";
            }

            if (++count % 10_000 == 0) progress?.Report(count);
        }

        progress?.Report(count);
        return new ImportCheck(count, items.Count, users, unknown, first);
    }

    private IEnumerable<(ImportEvent Event, long Line)> Events()
    {
        using var rows = CsvRows.Open(Find("events")!, ["user_id", "item_id", "event_time"]);
        var previous = DateTimeOffset.MinValue;
        while (rows.Read())
        {
            var time = rows.Time("event_time");
            if (time < previous)
                throw rows.Error("event_time", $"is earlier than the row before ({time:O} after {previous:O}): sort the file by event_time");
            previous = time;
            yield return (new ImportEvent(
                rows.Required("user_id"), rows.Required("item_id"), time, EventType(rows), Quantity(rows),
                rows.Number("price"), rows.Text("order_id"), rows.Number("rating"), rows.Text("review_text")), rows.Line);
        }
    }

    /// <summary>A click where the column is empty, or a review has no rating; the names that the ingestor takes too stand for its own.</summary>
    private static string EventType(CsvRows rows) => rows.Text("event_type") switch
    {
        null or "click" or "detail-page-view" or "view_item" => "click",
        "add-to-cart" or "add_to_cart" => "add-to-cart",
        "purchase" or "purchase-complete" => "purchase",
        "review" when rows.Number("rating") is null => "click", // it still shows that the shopper was there
        "review" => "review",
        "impression" => "impression",
        var other => throw rows.Error("event_type", $"'{other}' is not known: use click, add-to-cart, purchase, review or impression"),
    };

    /// <summary>Whole and at least 1: goods by weight and the odd 0 count as 1.</summary>
    private static int? Quantity(CsvRows rows)
    {
        if (rows.Number("quantity") is not { } quantity) return null;
        return quantity < 0
            ? throw rows.Error("quantity", $"'{rows.Text("quantity")}' is below 0: a return is not an event of this format, leave the row out")
            : (int)Math.Clamp(Math.Round(quantity), 1, int.MaxValue);
    }

    private IEnumerable<string> Candidates(string name) =>
        new[] { $"{name}.csv.gz", $"{name}.csv" }.Select(file => System.IO.Path.Combine(_folder, file)).Where(File.Exists);

    private string? Find(string name) => Candidates(name).FirstOrDefault();
}
