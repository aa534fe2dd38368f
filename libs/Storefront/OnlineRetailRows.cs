using System.Globalization;
using System.Text;
using ExcelDataReader;

namespace Driftline.Storefront;

/// <summary>A row of the Online Retail table; texts are trimmed and never null, what cannot be read is null.</summary>
internal sealed record OnlineRetailRow(
    string Invoice, string StockCode, string Description, double? Quantity, DateTime? Time, double? Price, string Customer, string Country);

/// <summary>Reads the Online Retail table from a workbook (every sheet that has its columns) or from CSV.</summary>
internal static class OnlineRetailRows
{
    /// <summary>The columns, each by its names in the first and in the second edition of the data.</summary>
    private static readonly string[][] Columns =
    [
        ["InvoiceNo", "Invoice"], ["StockCode"], ["Description"], ["Quantity"], ["InvoiceDate"], ["UnitPrice", "Price"], ["CustomerID", "Customer ID"], ["Country"],
    ];

    private static readonly string[] TimeFormats =
        ["M/d/yyyy H:mm", "M/d/yyyy H:mm:ss", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssZ"];

    public static IEnumerable<OnlineRetailRow> Read(string file) => Path.GetExtension(file).ToUpperInvariant() switch
    {
        ".XLSX" or ".XLS" => ReadWorkbook(file),
        ".CSV" => ReadCsv(file),
        _ => throw new ImportException($"{file}: is neither .xlsx, .xls nor .csv."),
    };

    private static IEnumerable<OnlineRetailRow> ReadWorkbook(string file)
    {
        // Workbooks of the older kind name code pages that .NET knows only after this.
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        using var stream = File.OpenRead(file);
        using var sheet = Guarded(file, () => ExcelReaderFactory.CreateReader(stream));
        var found = false;
        string? missing = null;
        do
        {
            if (!Guarded(file, sheet.Read)) continue;
            var header = Enumerable.Range(0, sheet.FieldCount).Select(i => Text(sheet.GetValue(i))).ToList();
            var at = Columns.Select(names => header.FindIndex(name => names.Contains(name, StringComparer.OrdinalIgnoreCase))).ToArray();
            if (at.Contains(-1))
            {
                missing ??= $"{file}, sheet {sheet.Name}, line 1, column {Columns[Array.IndexOf(at, -1)][0]}: is missing from the header, which has: {string.Join(", ", header)}.";
                continue;
            }

            found = true;
            while (Guarded(file, sheet.Read))
            {
                var values = Guarded(file, () => Array.ConvertAll(at, i => i < sheet.FieldCount ? sheet.GetValue(i) : null));
                if (!Array.TrueForAll(values, value => value is null)) yield return Row(values);
            }
        }
        while (Guarded(file, sheet.NextResult));
        if (!found) throw new ImportException(missing ?? $"{file}: holds no sheet with rows.");
    }

    /// <summary>What a damaged workbook makes the library throw has no common kind: XML, zip and number readers of several sorts.</summary>
    private static T Guarded<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new ImportException($"{file}: is not a workbook that can be read: {e.Message}", e);
        }
    }

    private static IEnumerable<OnlineRetailRow> ReadCsv(string file)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        using var rows = CsvRows.Open(file, [], IsUtf8(file) ? null : Encoding.GetEncoding(1252));
        var names = Columns.Select(aliases => aliases.FirstOrDefault(rows.Has) ?? throw rows.Error(
            aliases[0], $"is missing from the header, which has: {string.Join(", ", rows.Columns)}")).ToArray();
        while (rows.Read()) yield return Row(Array.ConvertAll(names, name => (object?)rows.Text(name)));
    }

    /// <summary>The CSV forms in circulation are in UTF-8 or in Windows-1252 (there is a pound sign in a few descriptions).</summary>
    private static bool IsUtf8(string file)
    {
        try
        {
            using var reader = new StreamReader(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            var buffer = new char[1 << 16];
            while (reader.Read(buffer) > 0) { }
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static OnlineRetailRow Row(object?[] values) => new(
        Text(values[0]), Text(values[1]), Text(values[2]), Number(values[3]), Time(values[4]), Number(values[5]), Text(values[6]), Text(values[7]));

    /// <summary>Whole numbers without a decimal point (customers are numbers in the workbook), texts with single spaces.</summary>
    private static string Text(object? value)
    {
        if (value is double number) return number.ToString("R", CultureInfo.InvariantCulture);
        var text = string.Join(' ', (System.Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.EndsWith(".0", StringComparison.Ordinal) && text.AsSpan(0, text.Length - 2).IndexOfAnyExceptInRange('0', '9') < 0 ? text[..^2] : text;
    }

    private static double? Number(object? value) => value switch
    {
        double number => number,
        int number => number,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
        _ => null,
    };

    private static DateTime? Time(object? value) => value switch
    {
        DateTime time => Time(time.ToOADate()),
        // Workbooks hold dates as days since 1899-12-30, a fraction that is a little off the second.
        double days and > 1 and < 100_000 => DateTime.SpecifyKind(DateTime.FromOADate(Math.Round(days * 86_400) / 86_400), DateTimeKind.Utc),
        string text when DateTime.TryParseExact(text.Trim(), TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) => time,
        _ => null,
    };
}
