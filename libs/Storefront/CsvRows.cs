using System.Globalization;
using System.IO.Compression;
using System.Text;
using Sylvan.Data.Csv;

namespace Driftline.Storefront;

/// <summary>
/// Reads a CSV file with a header row by row: RFC 4180, commas, UTF-8 with or without a byte order mark, any line ends, blank lines skipped,
/// gzipped where the name ends in .gz. Every error names the file, the line where the row begins, and the column.
/// </summary>
internal sealed class CsvRows : IDisposable
{
    private const int MaxRecord = 1 << 24;

    private readonly string _path;
    private readonly StreamReader _reader;
    private readonly CsvDataReader _csv;
    private readonly Dictionary<string, int> _columns = new(StringComparer.OrdinalIgnoreCase);
    private long _next = 2;

    private CsvRows(string path, StreamReader reader)
    {
        (_path, _reader) = (path, reader);
        // Without a delimiter given it would be guessed from the header; without '\0', rows that begin with # would be left out as comments.
        _csv = Guarded(() => CsvDataReader.Create(reader, new CsvDataReaderOptions { Delimiter = ',', Comment = '\0', BufferSize = 1 << 16, MaxBufferSize = MaxRecord }));
        for (var i = 0; i < _csv.FieldCount; i++)
        {
            if (_csv.GetName(i).Trim() is { Length: > 0 } name && !_columns.TryAdd(name, i))
                throw new ImportException($"{path}, line 1, column {name}: comes twice in the header.");
        }
    }

    /// <summary>Line, from 1, on which the row read last begins.</summary>
    public long Line { get; private set; } = 1;

    public IReadOnlyCollection<string> Columns => _columns.Keys;

    public static CsvRows Open(string path, IEnumerable<string> required, Encoding? encoding = null)
    {
        Stream file = File.OpenRead(path);
        var reader = new StreamReader(
            path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file,
            encoding ?? new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true)); // expecting a mark, for one that is not expected is taken for leave to guess
        try
        {
            var rows = new CsvRows(path, reader);
            foreach (var column in required)
            {
                if (!rows._columns.ContainsKey(column))
                    throw new ImportException($"{path}, line 1, column {column}: is missing from the header, which has: {string.Join(", ", rows.Columns)}.");
            }

            return rows;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    public bool Read()
    {
        Line = _next;
        while (Guarded(_csv.Read))
        {
            Line = _next;
            var record = _csv.GetRawRecordSpan();
            _next += Math.Max(1, LineEnds(record));
            if (record.Trim("\r\n").IsEmpty) continue;
            for (var i = _csv.FieldCount; i < _csv.RowFieldCount; i++)
            {
                if (_csv.GetString(i).Length == 0) continue;
                var fault = $"has {_csv.RowFieldCount} columns where the header has {_csv.FieldCount}. Put fields that hold commas in double quotes";
                throw new ImportException($"{_path}, line {Line}: {fault}.") { Line = Line, Fault = fault };
            }

            return true;
        }

        return false;
    }

    public bool Has(string column) => _columns.ContainsKey(column);

    /// <summary>Null where the column is missing or empty.</summary>
    public string? Text(string column) =>
        _columns.TryGetValue(column, out var i) && i < _csv.RowFieldCount && _csv.GetString(i) is { Length: > 0 } text ? text : null;

    public string Required(string column) => Text(column) is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw Error(column, "is empty: give a value");

    public double? Number(string column)
    {
        if (Text(column) is not { } text || string.IsNullOrWhiteSpace(text)) return null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw Error(column, $"'{text}' is not a number: write one with a decimal point and no thousands separator, such as 1299.90");
    }

    public bool? Flag(string column) => Text(column)?.Trim().ToLowerInvariant() switch
    {
        null or "" => null,
        "true" or "yes" or "1" => true,
        "false" or "no" or "0" => false,
        var other => throw Error(column, $"'{other}' is neither true nor false: write one of the two"),
    };

    /// <summary>ISO 8601; UTC where no offset is given.</summary>
    public DateTimeOffset Time(string column)
    {
        var text = Required(column);
        // TryParse takes 03/04/2026 too, which means one day to some and another to others.
        return text.Length >= 10 && text[4] == '-' && text[7] == '-'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw Error(column, $"'{text}' is not an ISO 8601 time such as 2026-01-31T12:00:00Z");
    }

    public ImportException Error(string column, string what) => new($"{_path}, line {Line}, column {column}: {what}.") { Line = Line, Column = column, Fault = what };

    public void Dispose()
    {
        _csv.Dispose();
        _reader.Dispose();
    }

    private static int LineEnds(ReadOnlySpan<char> record) => record.Count('\n') is > 0 and var count ? count : record.Count('\r');

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CsvMissingHeadersException e)
        {
            throw new ImportException($"{_path}, line 1: the file is empty; the first line must name the columns.", e);
        }
        catch (CsvRecordTooLargeException e)
        {
            throw new ImportException($"{_path}, line {Line}: the row is longer than {MaxRecord} characters. Is a closing quote missing?", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new ImportException($"{_path}, after line {Line}: the text is not UTF-8. Save the file as UTF-8.", e);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or CsvFormatException or IOException)
        {
            throw new ImportException($"{_path}, line {Line}: {e.Message}", e);
        }
    }
}
