using System.Numerics.Tensors;
using System.Text.Json;

namespace Driftline.TextEncoders;

/// <summary>How the vectors of a text's pieces become one.</summary>
internal enum Pooling
{
    Mean,
    Cls,
    Max,

    /// <summary>The model's output is one vector a text already.</summary>
    InModel,
}

/// <summary>Reads and does the pooling that a sentence-transformers export asks for.</summary>
internal static class PoolingConfig
{
    private static readonly Dictionary<string, Pooling> Known = new()
    {
        ["pooling_mode_mean_tokens"] = Pooling.Mean,
        ["pooling_mode_cls_token"] = Pooling.Cls,
        ["pooling_mode_max_tokens"] = Pooling.Max,
    };

    /// <summary>What <c>1_Pooling/config.json</c> says; the mean where there is no such file.</summary>
    /// <exception cref="EncoderException">The file asks for another pooling or several, or <c>modules.json</c> for a layer after it; or one of them is damaged.</exception>
    public static Pooling Read(string folder)
    {
        var modules = Path.Combine(folder, "modules.json");
        if (File.Exists(modules) && Read(modules, OtherModule) is { } other)
            throw new EncoderException($"{modules}: the module {other} is not known here. Known: Transformer, Pooling, Normalize. Export the model with that layer inside, as output sentence_embedding.");
        var path = Path.Combine(folder, "1_Pooling", "config.json");
        return File.Exists(path) ? Read(path, json => Asked(path, json)) : Pooling.Mean;
    }

    /// <summary>Pools one text.</summary>
    /// <param name="pieces">Row-major [length, D].</param>
    /// <param name="length">Pieces of the text, without padding.</param>
    /// <param name="vector">[D]; overwritten.</param>
    public static void Pool(this Pooling pooling, ReadOnlySpan<float> pieces, int length, Span<float> vector)
    {
        pieces[..vector.Length].CopyTo(vector);
        if (pooling == Pooling.Cls) return;
        for (var i = 1; i < length; i++)
        {
            var piece = pieces.Slice(i * vector.Length, vector.Length);
            if (pooling == Pooling.Max) TensorPrimitives.Max(vector, piece, vector);
            else TensorPrimitives.Add(vector, piece, vector);
        }

        if (pooling == Pooling.Mean) TensorPrimitives.Divide(vector, length, vector);
    }

    private static T Read<T>(string path, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new EncoderException($"{path}: cannot be read ({e.Message}). Copy the file again.", e);
        }
    }

    private static Pooling Asked(string path, JsonElement config)
    {
        string[] asked = [.. config.EnumerateObject().Where(p => p.Name.StartsWith("pooling_mode_", StringComparison.Ordinal) && p.Value.ValueKind == JsonValueKind.True).Select(p => p.Name)];
        return asked is [var one] && Known.TryGetValue(one, out var pooling)
            ? pooling
            : throw new EncoderException($"{path}: asks for {(asked.Length == 0 ? "no pooling" : string.Join(" and ", asked))}. Known is one of {string.Join(", ", Known.Keys)}.");
    }

    private static string? OtherModule(JsonElement modules) => modules.EnumerateArray().Select(module => module.GetProperty("type").GetString() ?? "null")
        .FirstOrDefault(module => module[(module.LastIndexOf('.') + 1)..] is not ("Transformer" or "Pooling" or "Normalize"));
}
