using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Driftline.TextEncoders;

/// <summary>
/// A pretrained encoder on disk: the layout of a Hugging Face sentence-encoder export, or <c>encoder.json</c> beside model and tokenizer where
/// Driftline converted the weights itself.
/// </summary>
internal sealed partial class EncoderFolder
{
    public const string ManifestFile = "encoder.json", ModelFile = "model.onnx", TokenizerFile = "tokenizer.json";
    private const int DefaultMaxLength = 512;

    private EncoderFolder(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Path of the ONNX model.</summary>
    public string Model { get; private init; } = "";

    public PieceTokenizer Tokenizer { get; private init; } = null!;

    /// <summary>How token vectors become one vector, where the model does not do so itself.</summary>
    public Pooling Pooling { get; private init; }

    /// <summary>Most pieces of a text, special ones included.</summary>
    public int MaxLength { get; private init; }

    public string Licence { get; private init; } = "";

    /// <summary>First 12 hex digits of the SHA-256 over everything that the vectors depend on.</summary>
    public string Fingerprint { get; private init; } = "";

    /// <exception cref="EncoderException">A file is missing, damaged, or asks for what is not known here.</exception>
    public static EncoderFolder Open(string folder)
    {
        if (!Directory.Exists(folder)) throw new EncoderException($"{folder}: there is no such folder. Give the folder of an ONNX export: model.onnx, vocab.txt or tokenizer.json, and its config files.");
        var model = new[] { ModelFile, "onnx/" + ModelFile }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new EncoderException($"{folder}: there is neither {ModelFile} nor onnx/{ModelFile}. Export the model to ONNX, for example with `optimum-cli export onnx`.");
        var manifest = Manifest.ReadFrom(folder);
        var (tokenizer, tokenizerFile) = TokenizerOf(folder);
        var pooling = manifest is null ? PoolingConfig.Read(folder) : Pooling.InModel;
        var maxLength = manifest?.MaxLength ?? MaxLengthOf(folder);
        var parts = WeightsOf(model).Append(tokenizerFile).Select(HashOf).Append($"{pooling} {maxLength} {LowerCase(folder)}{(StripAccents(folder) is { } strips ? $" {strips}" : "")}{(tokenizer.Revision.Length > 0 ? $" {tokenizer.Revision}" : "")}");
        return new EncoderFolder(folder)
        {
            Model = model,
            Tokenizer = tokenizer,
            Pooling = pooling,
            MaxLength = maxLength,
            Licence = manifest?.Licence ?? LicenceOf(folder),
            Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..12],
        };
    }

    // Large exports keep their weights beside the graph, in model.onnx_data or model.onnx.data.
    private static IEnumerable<string> WeightsOf(string model) => Directory.EnumerateFiles(Path.GetDirectoryName(model)!, ModelFile + "*").Order(StringComparer.Ordinal);

    public static string HashOf(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>A number or a flag of one of the export's JSON files; null where there is no such file or key.</summary>
    internal static T? Setting<T>(string folder, string file, string key)
        where T : struct
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path)) return null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value.Deserialize<T>() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new EncoderException($"{path}: {key} cannot be read ({e.Message}). Copy the file again.", e);
        }
    }

    private static (PieceTokenizer Tokenizer, string File) TokenizerOf(string folder)
    {
        var vocabulary = Path.Combine(folder, "vocab.txt");
        if (File.Exists(vocabulary))
        {
            using var stream = File.OpenRead(vocabulary);
            try
            {
                return (new WordPieceTokenizer(stream, LowerCase(folder), StripAccents(folder)), vocabulary);
            }
            catch (ArgumentException e)
            {
                throw new EncoderException($"{vocabulary}: is not a BERT vocabulary ({e.Message}). Copy the file again.", e);
            }
        }

        var json = Path.Combine(folder, TokenizerFile);
        if (File.Exists(json)) return (TokenizerJson.Read(json), json);
        throw new EncoderException($"{folder}: there is neither vocab.txt nor {TokenizerFile}. Save the tokenizer into the folder with save_pretrained.");
    }

    // BERT's tokenizer lower-cases unless it is told not to, and strips accents where it does.
    private static bool TokenizerLowerCases(string folder) => Setting<bool>(folder, "tokenizer_config.json", "do_lower_case") ?? true;

    // Sentence Transformers' setting of that name lower-cases before any tokenizer; its usual false says nothing of the vocabulary.
    private static bool LowerCase(string folder) =>
        TokenizerLowerCases(folder) || Setting<bool>(folder, "sentence_bert_config.json", "do_lower_case") == true;

    /// <summary>Null for what a tokenizer that lower-cases so does by itself.</summary>
    private static bool? StripAccents(string folder) =>
        Setting<bool>(folder, "tokenizer_config.json", "strip_accents") ?? (TokenizerLowerCases(folder) == LowerCase(folder) ? null : TokenizerLowerCases(folder));

    private static int MaxLengthOf(string folder)
    {
        var length = Setting<double>(folder, "sentence_bert_config.json", "max_seq_length") ?? Setting<double>(folder, "tokenizer_config.json", "model_max_length");
        return length is >= 3 and <= 100_000 ? (int)length : DefaultMaxLength; // exports write 1e30 for 'no limit'
    }

    private static string LicenceOf(string folder)
    {
        var readme = Path.Combine(folder, "README.md");
        var match = File.Exists(readme) ? LicenceLine().Match(File.ReadAllText(readme)) : Match.Empty;
        return match.Success ? match.Groups[1].Value.Trim() : $"not stated in {folder}: see where the model came from";
    }

    [GeneratedRegex("^license: *(.+)$", RegexOptions.Multiline)]
    private static partial Regex LicenceLine();
}
