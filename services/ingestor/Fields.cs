using System.Globalization;
using System.Text.Json;

namespace Driftline.Ingestor;

/// <summary>
/// The fields of one JSON object. Reading never throws on bad input: the first fault is kept in <see cref="Faults"/>, and what was asked for
/// reads as empty. Objects inside an element share its faults. A null field counts as absent; fields that are not asked for are ignored.
/// </summary>
/// <param name="pointer">Where the object is in the request body; with <paramref name="list"/>, where the object is that holds the list.</param>
/// <param name="list">Name of the list that holds the object, at <paramref name="index"/>. Put together only for a fault: nearly all have none.</param>
internal sealed class Fields(JsonElement json, string pointer, Faults faults, string? list = null, int index = 0)
{
    public string RequiredText(string name, int maxChars) =>
        Text(name, maxChars) ?? Fault<string>(name, $"'{name}' is required: give a string") ?? "";

    public string? Text(string name, int maxChars, bool mayBeBlank = false) => Find(name, out var value) ? TextOf(value, name, null, maxChars, mayBeBlank) : null;

    public double? Number(string name, double min, double max, string expected)
    {
        if (!Find(name, out var value)) return null;
        if (value.ValueKind != JsonValueKind.Number) return Fault<double?>(name, $"must be a number{Quoted(value)}: {expected}");
        return value.TryGetDouble(out var number) && number >= min && number <= max ? number : Fault<double?>(name, $"is out of range: {expected}");
    }

    public int? Integer(string name, int min, int max, string expected)
    {
        if (Number(name, min, max, expected) is not { } number) return null;
        return Math.Floor(number) == number ? (int)number : Fault<int?>(name, $"must be a whole number: {expected}");
    }

    public bool? Flag(string name)
    {
        if (!Find(name, out var value)) return null;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : Fault<bool?>(name, $"must be true or false, not {Kind(value)}");
    }

    /// <summary>An RFC 3339 time with its offset.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (!Find(name, out var value)) return null;
        return value.ValueKind == JsonValueKind.String && Unicode.TryRead(value, out _) && value.TryGetDateTime(out var local) && local.Kind != DateTimeKind.Unspecified
               && value.TryGetDateTimeOffset(out var time)
            ? time
            : Fault<DateTimeOffset?>(name, "must be an RFC 3339 time with a time zone, such as \"2026-01-31T12:00:00.000Z\"");
    }

    /// <summary>Three upper-case letters, as in ISO 4217.</summary>
    public string? Currency(string name)
    {
        if (Text(name, 256) is not { } code) return null;
        return code.Length == 3 && code.All(char.IsAsciiLetterUpper)
            ? code
            : Fault<string>(name, "must be an ISO 4217 currency code of three upper-case letters, such as \"EUR\"");
    }

    /// <summary>A string, or an array of strings.</summary>
    public IList<string> Texts(string name, int maxCount, int maxChars)
    {
        if (!Find(name, out var value)) return [];
        if (value.ValueKind == JsonValueKind.String) return TextOf(value, name, null, maxChars) is { } one ? [one] : [];
        if (value.ValueKind != JsonValueKind.Array) return Fault<IList<string>>(name, $"must be a string or an array of strings, not {Kind(value)}") ?? [];
        if (value.GetArrayLength() > maxCount) return Fault<IList<string>>(name, $"has {value.GetArrayLength()} entries: at most {maxCount} are taken") ?? [];
        var texts = new List<string>(value.GetArrayLength());
        foreach (var entry in value.EnumerateArray())
        {
            if (TextOf(entry, name, texts.Count.ToString(CultureInfo.InvariantCulture), maxChars) is not { } text) break;
            texts.Add(text);
        }

        return texts;
    }

    /// <summary>An object of strings; entries that are null are left out.</summary>
    public Dictionary<string, string> Map(string name, int maxCount, int maxChars)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!Find(name, out var value)) return map;
        if (value.ValueKind != JsonValueKind.Object) return Fault<Dictionary<string, string>>(name, $"must be an object of strings, not {Kind(value)}") ?? map;
        foreach (var entry in value.EnumerateObject())
        {
            if (!Unicode.TryRead(entry, out var key)) return Fault<Dictionary<string, string>>(name, "holds a name that is not valid Unicode") ?? map;
            if (key.Length > maxChars) return Fault<Dictionary<string, string>>(name, $"holds a name of {key.Length} characters: at most {maxChars} are taken") ?? map;
            if (entry.Value.ValueKind == JsonValueKind.Null) continue;
            if (TextOf(entry.Value, name, Pointers.Escape(key), maxChars, mayBeBlank: true) is not { } text) break;
            map[key] = text;
            if (map.Count > maxCount) return Fault<Dictionary<string, string>>(name, $"has more than {maxCount} entries") ?? map;
        }

        return map;
    }

    /// <summary>A required array of 1 to <paramref name="maxCount"/> objects.</summary>
    public List<T> RequiredObjects<T>(string name, int maxCount, Func<Fields, T> read)
    {
        if (!Find(name, out var value)) return Fault<List<T>>(name, $"'{name}' is required: give an array of 1 to {maxCount} objects") ?? [];
        if (value.ValueKind != JsonValueKind.Array) return Fault<List<T>>(name, $"must be an array of objects, not {Kind(value)}") ?? [];
        var count = value.GetArrayLength();
        if (count == 0 || count > maxCount) return Fault<List<T>>(name, $"has {count} entries: give 1 to {maxCount}") ?? [];
        var objects = new List<T>(count);
        foreach (var entry in value.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object)
            {
                faults.Add($"{At(name)}/{objects.Count}", $"must be an object, not {Kind(entry)}");
                break;
            }

            objects.Add(read(new Fields(entry, Pointer, faults, name, objects.Count)));
            if (faults.First is not null) break;
        }

        return objects;
    }

    public T? Fault<T>(string name, string reason)
    {
        faults.Add(At(name), reason);
        return default;
    }

    internal static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };

    private bool Find(string name, out JsonElement value)
    {
        bool found;
        try
        {
            found = json.TryGetProperty(name, out value);
        }
        catch (InvalidOperationException)
        {
            // The lookup met a name with an unpaired surrogate. It is not ours: look at the others.
            (found, value) = (false, default);
            foreach (var property in json.EnumerateObject())
            {
                if (Unicode.TryRead(property, out var other) && other == name) (found, value) = (true, property.Value);
            }
        }

        return found && value.ValueKind != JsonValueKind.Null;
    }

    /// <param name="below">What of the field the value is; null for all of it.</param>
    private string? TextOf(JsonElement value, string name, string? below, int maxChars, bool mayBeBlank = false)
    {
        if (value.ValueKind != JsonValueKind.String)
            faults.Add(At(name, below), $"must be a string, not {Kind(value)}{(value.ValueKind == JsonValueKind.Number ? ": put it in quotes" : "")}");
        else if (!Unicode.TryRead(value, out var text))
            faults.Add(At(name, below), "is not valid Unicode: send UTF-8 without unpaired surrogates");
        else if (text.Length > maxChars)
            faults.Add(At(name, below), $"is {text.Length} characters long: at most {maxChars} are taken");
        else if (!mayBeBlank && string.IsNullOrWhiteSpace(text))
            faults.Add(At(name, below), "must not be empty: give a value or leave it out");
        else
            return text;
        return null;
    }

    private string At(string name, string? below = null) => $"{Pointer}/{name}{(below is null ? "" : "/")}{below}";

    private string Pointer => list is null ? pointer : $"{pointer}/{list}/{index}";

    private static string Quoted(JsonElement value) => value.ValueKind == JsonValueKind.String ? " without quotes" : $", not {Kind(value)}";
}
