using System.Text.Json;

namespace Driftline.Ingestor;

/// <summary>How deeply JSON nests: an object of plain values has one level.</summary>
internal static class Nesting
{
    /// <summary>Reads JSON however deep: a request's nests by itself, and one element's depth must not cost its neighbours anything.</summary>
    public static readonly JsonReaderOptions Any = new() { MaxDepth = int.MaxValue };

    /// <param name="utf8">Valid JSON.</param>
    public static bool Exceeds(ReadOnlySpan<byte> utf8, int most)
    {
        // JSON with few openings cannot nest deeply, and counting them is nearly free; only else is it read.
        if (utf8.Count((byte)'{') + utf8.Count((byte)'[') <= most) return false;
        var reader = new Utf8JsonReader(utf8, Any);
        while (reader.Read())
        {
            if (reader.CurrentDepth >= most && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) return true;
        }

        return false;
    }
}
