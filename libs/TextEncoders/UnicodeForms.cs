using System.Globalization;
using System.Text;

namespace Driftline.TextEncoders;

/// <summary>
/// Unicode normalisation by a table of our own: Driftline runs in invariant globalization mode, where <see cref="string.Normalize()"/> leaves
/// everything but ASCII as it is. Marks are taken in the order in which they come; Hangul and CJK compatibility characters are left alone.
/// </summary>
internal static class UnicodeForms
{
    private static readonly Dictionary<Rune, Rune[]> Compatible = [];
    private static readonly Dictionary<Rune, (Rune Base, Rune Mark)> Composed = [];
    private static readonly Dictionary<(Rune Base, Rune Mark), Rune> Compositions = [];

    static UnicodeForms()
    {
        using var reader = new StreamReader(typeof(UnicodeForms).Assembly.GetManifestResourceStream("UnicodeForms.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] == '#') continue;
            Rune[] runes = [.. line[2..].Split(' ').Select(number => new Rune(int.Parse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))];
            if (line[0] == 'K')
            {
                Compatible.Add(runes[0], runes[1..]);
                continue;
            }

            Composed.Add(runes[0], (runes[1], runes[2]));
            Compositions.Add((runes[1], runes[2]), runes[0]);
        }
    }

    /// <summary>Normalization form KC: one spelling for characters that mean the same, such as full-width and plain letters.</summary>
    public static string Nfkc(string text)
    {
        if (Ascii.IsValid(text)) return text;
        var runes = new List<Rune>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            foreach (var part in Compatible.TryGetValue(rune, out var parts) ? parts : [rune])
            {
                if (runes.Count > 0 && Compositions.TryGetValue((runes[^1], part), out var composed)) runes[^1] = composed;
                else runes.Add(part);
            }
        }

        return Text(runes);
    }

    /// <summary>The text without accents and other non-spacing marks (form D, less category Mn).</summary>
    public static string WithoutMarks(string text)
    {
        if (Ascii.IsValid(text)) return text;
        var runes = new List<Rune>(text.Length);
        foreach (var rune in text.EnumerateRunes()) AddWithoutMarks(rune, runes);
        return Text(runes);
    }

    private static void AddWithoutMarks(Rune rune, List<Rune> runes)
    {
        if (Composed.TryGetValue(rune, out var parts))
        {
            AddWithoutMarks(parts.Base, runes);
            AddWithoutMarks(parts.Mark, runes);
        }
        else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
        {
            runes.Add(rune);
        }
    }

    private static string Text(List<Rune> runes)
    {
        var text = new StringBuilder(runes.Count);
        foreach (var rune in runes) text.Append(rune.ToString());
        return text.ToString();
    }
}
