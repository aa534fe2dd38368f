using System.Text;
using System.Text.Json;

namespace Driftline.TextEncoders;

/// <summary>
/// Reads a Hugging Face <c>tokenizer.json</c> whose model is <c>Unigram</c> or <c>WordPiece</c>. What it does not know is an error and never
/// left out: a text cut in another way than the model was trained with gives vectors that look right and are not.
/// </summary>
internal static class TokenizerJson
{
    /// <exception cref="EncoderException">The file is not JSON, or asks for something that is not known here.</exception>
    public static PieceTokenizer Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            var model = root.GetProperty("model");
            return TypeOf(model) switch
            {
                "Unigram" => Unigram(path, root, model),
                "WordPiece" => WordPiece(path, root, model),
                var other => throw Unknown(path, $"model type '{other}'", "Unigram, WordPiece"),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new EncoderException($"{path}: is not a tokenizer.json that can be read ({e.Message}). Export the tokenizer again with save_pretrained.", e);
        }
    }

    private static UnigramTokenizer Unigram(string path, JsonElement root, JsonElement model)
    {
        var special = Special(root);
        var pieces = model.GetProperty("vocab").EnumerateArray().Select((piece, id) => (piece[0].GetString()!, id, piece[1].GetDouble())).ToList();
        var unknown = model.GetProperty("unk_id").GetInt32();
        var segmenter = new UnigramSegmenter(pieces.Where(piece => piece.id != unknown && !special.ContainsValue(piece.id)), unknown);
        foreach (var part in Parts(root, "pre_tokenizer", "pretokenizers"))
        {
            if (TypeOf(part) is not ("Metaspace" or "WhitespaceSplit")) throw Unknown(path, $"pre_tokenizer '{TypeOf(part)}'", "Metaspace, WhitespaceSplit");
        }

        var (prefix, suffix) = Around(path, root);
        // Files as use-lite's own, and those with NFKC alone, are cut as they always were.
        var revision = Parts(root, "normalizer", "normalizers").Select(TypeOf).Where(part => part is "Lowercase" or "NFKC" or "Precompiled").ToArray() is var parts
            && (parts.Contains("Precompiled") || parts.SkipWhile(part => part != "NFKC").Contains("Lowercase")) ? "unigram 2" : "";
        return new UnigramTokenizer(segmenter, Normaliser(path, root), revision, prefix, suffix, special.GetValueOrDefault("<pad>"));
    }

    private static WordPieceTokenizer WordPiece(string path, JsonElement root, JsonElement model)
    {
        var lowerCase = false;
        bool? stripAccents = null;
        foreach (var part in Parts(root, "normalizer", "normalizers"))
        {
            if (TypeOf(part) != "BertNormalizer") throw Unknown(path, $"normalizer '{TypeOf(part)}' with WordPiece", "BertNormalizer");
            lowerCase = part.GetProperty("lowercase").GetBoolean();
            if (part.TryGetProperty("strip_accents", out var strip) && strip.ValueKind != JsonValueKind.Null) stripAccents = strip.GetBoolean();
        }

        var pieces = new SortedDictionary<int, string>(model.GetProperty("vocab").EnumerateObject().ToDictionary(piece => piece.Value.GetInt32(), piece => piece.Name));
        if (pieces.Keys.Index().Any(id => id.Index != id.Item)) throw new EncoderException($"{path}: the ids of model.vocab are not 0 to {pieces.Count - 1}. Export the tokenizer again.");
        return new WordPieceTokenizer(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', pieces.Values))), lowerCase, stripAccents);
    }

    private static TextNormaliser Normaliser(string path, JsonElement root)
    {
        var steps = new List<Func<string, string>>();
        foreach (var part in Parts(root, "normalizer", "normalizers"))
        {
            switch (TypeOf(part))
            {
                case "Lowercase": steps.Add(TextNormaliser.LowerCase); break;
                case "NFKC": steps.Add(TextNormaliser.Nfkc); break;
                case "Precompiled": steps.Add(TextNormaliser.Precompiled); break;
                case "Replace" or "Strip": break; // of blanks: they are collapsed anyway
                case var other: throw Unknown(path, $"normalizer '{other}'", "Lowercase, NFKC, Precompiled, Replace, Strip");
            }
        }

        return new TextNormaliser(steps);
    }

    // What post_processor puts before and after the pieces of a single text.
    private static (int[] Prefix, int[] Suffix) Around(string path, JsonElement root)
    {
        if (!root.TryGetProperty("post_processor", out var processor) || processor.ValueKind == JsonValueKind.Null) return ([], []);
        if (TypeOf(processor) is not "TemplateProcessing") throw Unknown(path, $"post_processor '{TypeOf(processor)}'", "TemplateProcessing");
        List<int> prefix = [], suffix = [];
        var target = prefix;
        foreach (var part in processor.GetProperty("single").EnumerateArray())
        {
            if (part.TryGetProperty("SpecialToken", out var token))
                target.AddRange(processor.GetProperty("special_tokens").GetProperty(token.GetProperty("id").GetString()!).GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
            else
                target = suffix;
        }

        return ([.. prefix], [.. suffix]);
    }

    private static Dictionary<string, int> Special(JsonElement root) => root.TryGetProperty("added_tokens", out var tokens)
        ? tokens.EnumerateArray().Where(token => token.GetProperty("special").GetBoolean())
            .ToDictionary(token => token.GetProperty("content").GetString()!, token => token.GetProperty("id").GetInt32(), StringComparer.Ordinal)
        : [];

    private static JsonElement[] Parts(JsonElement root, string name, string list) =>
        !root.TryGetProperty(name, out var part) || part.ValueKind == JsonValueKind.Null ? []
        : TypeOf(part) == "Sequence" ? [.. part.GetProperty(list).EnumerateArray()]
        : [part];

    private static string? TypeOf(JsonElement part) => part.GetProperty("type").GetString();

    private static EncoderException Unknown(string path, string what, string known) =>
        new($"{path}: {what} is not known here. Known: {known}. Use another export, or one with a vocab.txt.");
}
