using System.Globalization;
using System.IO.Compression;
using System.Text;
using Sylvan.Data.Csv;

namespace Driftline.Storefront;

/// <summary>One row of <c>events.csv</c>. Empty columns are null.</summary>
public sealed record ImportEvent(
    string UserId, string ItemId, DateTimeOffset EventTime, string EventType,
    int? Quantity = null, double? Price = null, string? OrderId = null, double? Rating = null, string? ReviewText = null);

/// <summary>One row of <c>items.csv</c>. The first category is the main one; an item without any has an empty list.</summary>
public sealed record ImportItem(string ItemId, string Title, IReadOnlyList<string> Categories, string? Description = null, double? Price = null);

/// <summary>
/// Driftline's import format: a folder with <c>events.csv</c> (<c>user_id,item_id,event_time,event_type,quantity,price,order_id,rating</c>,
/// optionally <c>review_text</c>; ISO 8601 times, ascending, ties in source order), <c>items.csv</c>
/// (<c>item_id,title,category,description</c>, optionally <c>price</c>; categories separated by <c>|</c>) and, where there are user
/// attributes, <c>users.csv</c> (<c>user_id</c> and a column an attribute). Each may be gzipped (<c>.csv.gz</c>). Ids may hold any character.
/// </summary>
public sealed class ImportFolder
{
    private readonly string _folder;

    private ImportFolder(string folder) => _folder = folder;

    /// <summary>Opens a folder.</summary>
    /// <exception cref="ImportException">The folder or one of its two required files is missing.</exception>
    public static ImportFolder Open(string folder)
    {
        if (!Directory.Exists(folder))
            throw new ImportException($"{folder}: no such folder. Give a folder in the import format: events.csv[.gz] and items.csv[.gz].");
        var opened = new ImportFolder(folder);
        foreach (var name in (string[])["events", "items"])
        {
            if (opened.Find(name) is null)
                throw new ImportException($"{folder}: {name}.csv or {name}.csv.gz is missing. A folder in the import format holds both events and items.");
        }

        return opened;
    }

    /// <summary>Full path of the folder.</summary>
    public string Path => System.IO.Path.GetFullPath(_folder);

    /// <summary>The paths of the files that are there, for hashing.</summary>
    public IEnumerable<string> Files => ((string[])["events", "items", "users"]).Select(Find).OfType<string>();

    /// <summary>Events in file order.</summary>
    /// <exception cref="ImportException">A row cannot be read; the message names file, line and column.</exception>
    public IEnumerable<ImportEvent> ReadEvents()
    {
        var previous = DateTimeOffset.MinValue;
        foreach (var row in ReadRows("events", "user_id", "item_id", "event_time"))
        {
            var time = row.Time("event_time");
            if (time < previous)
                throw row.Error("event_time", $"is earlier than the row before ({time:O} after {previous:O}): sort the file by event_time");
            previous = time;
            yield return new ImportEvent(
                row.Required("user_id"), row.Required("item_id"), time, row.Text("event_type") ?? "click",
                row.Number("quantity") is { } quantity ? (int)Math.Clamp(Math.Round(quantity), 1, int.MaxValue) : null,
                row.Number("price"), row.Text("order_id"), row.Number("rating"), row.Text("review_text"));
        }
    }

    /// <summary>Items in file order.</summary>
    /// <exception cref="ImportException">A row cannot be read; the message names file, line and column.</exception>
    public IEnumerable<ImportItem> ReadItems()
    {
        foreach (var row in ReadRows("items", "item_id"))
        {
            yield return new ImportItem(
                row.Required("item_id"), row.Text("title") ?? "",
                row.Text("category")?.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
                row.Text("description"), row.Number("price"));
        }
    }

    /// <summary>User attributes by user id; empty where the folder has no users file.</summary>
    public IEnumerable<KeyValuePair<string, IReadOnlyDictionary<string, string>>> ReadUsers()
    {
        if (Find("users") is null) yield break;
        foreach (var row in ReadRows("users", "user_id"))
            yield return new(row.Required("user_id"), row.AllBut("user_id"));
    }

    private string? Find(string name) =>
        new[] { $"{name}.csv.gz", $"{name}.csv" }.Select(file => System.IO.Path.Combine(_folder, file)).FirstOrDefault(File.Exists);

    private IEnumerable<Row> ReadRows(string name, params string[] required)
    {
        var path = Find(name)!;
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        using var csv = CsvDataReader.Create(reader, new CsvDataReaderOptions { BufferSize = 1 << 16, MaxBufferSize = 1 << 24 });
        var columns = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < csv.FieldCount; i++) columns.TryAdd(csv.GetName(i).Trim(), i);
        foreach (var column in required)
        {
            if (!columns.ContainsKey(column))
                throw new ImportException($"{path}: the header has no column '{column}'. It has: {string.Join(", ", columns.Keys)}.");
        }

        var row = new Row(path, csv, columns);
        while (row.Read()) yield return row;
    }

    private sealed class Row(string path, CsvDataReader csv, Dictionary<string, int> columns)
    {
        public bool Read()
        {
            try
            {
                return csv.Read();
            }
            catch (Exception e) when (e is FormatException or InvalidDataException or CsvFormatException)
            {
                throw new ImportException($"{path}, line {csv.RowNumber + 2}: {e.Message}", e);
            }
        }

        public string? Text(string column) =>
            columns.TryGetValue(column, out var i) && i < csv.RowFieldCount && csv.GetString(i) is { Length: > 0 } text ? text : null;

        public string Required(string column) => Text(column) ?? throw Error(column, "is empty");

        public double? Number(string column)
        {
            if (Text(column) is not { } text) return null;
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? number
                : throw Error(column, $"'{text}' is not a number");
        }

        public DateTimeOffset Time(string column)
        {
            var text = Required(column);
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
                ? time
                : throw Error(column, $"'{text}' is not an ISO 8601 time such as 2026-01-31T12:00:00Z");
        }

        public Dictionary<string, string> AllBut(string key) => columns.Keys
            .Where(column => column != key && Text(column) is not null)
            .ToDictionary(column => column, column => Text(column)!, StringComparer.Ordinal);

        public ImportException Error(string column, string what) => new($"{path}, line {csv.RowNumber + 1}, column {column}: {what}.");
    }
}

/// <summary>A data folder that cannot be read; the message names the file, the line and the column.</summary>
public sealed class ImportException : Exception
{
    public ImportException() { }

    public ImportException(string message) : base(message) { }

    public ImportException(string message, Exception inner) : base(message, inner) { }
}
