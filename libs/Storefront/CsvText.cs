using System.Globalization;

namespace Driftline.Storefront;

/// <summary>Writes comma-separated values (RFC 4180, lines end with \n).</summary>
internal sealed class CsvText(TextWriter writer)
{
    private bool _first = true;

    public CsvText Field(string? text)
    {
        if (!_first) writer.Write(',');
        _first = false;
        if (text is null) return this;
        if (text.AsSpan().IndexOfAny(",\"\r\n") < 0 && (text.Length == 0 || (text[0] != ' ' && text[^1] != ' '))) writer.Write(text);
        else writer.Write($"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
        return this;
    }

    public CsvText Field(double? number) => Field(number?.ToString("R", CultureInfo.InvariantCulture));

    public CsvText Field(DateTimeOffset time) =>
        Field(time.UtcDateTime.ToString(time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-ddTHH:mm:ssZ" : "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture));

    public void EndRow()
    {
        writer.Write('\n');
        _first = true;
    }

    public void Row(params IEnumerable<string?> fields)
    {
        foreach (var field in fields) Field(field);
        EndRow();
    }
}
