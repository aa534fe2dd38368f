using System.Text.Json;

namespace Driftline.Ingestor;

/// <summary>Keeps the first thing that is wrong with an element.</summary>
internal sealed class Faults
{
    public Rejection? First { get; private set; }

    public void Add(string pointer, string reason) => First ??= new Rejection(pointer, reason);
}

/// <summary>RFC 6901.</summary>
internal static class Pointers
{
    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}

/// <summary>
/// JSON may carry unpaired surrogates and bytes that are not UTF-8 inside strings; the parser lets them by and throws when the text is read.
/// </summary>
internal static class Unicode
{
    public static bool TryRead(JsonElement value, out string text) => TryRead(value, static value => value.GetString()!, out text);

    public static bool TryRead(JsonProperty property, out string name) => TryRead(property, static property => property.Name, out name);

    private static bool TryRead<T>(T source, Func<T, string> read, out string text)
    {
        try
        {
            text = read(source);
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }
}
