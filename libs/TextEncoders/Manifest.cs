using System.Text.Json;

namespace Driftline.TextEncoders;

/// <summary><c>encoder.json</c>: what a converted encoder is and where it came from.</summary>
internal sealed record Manifest
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required string Name { get; init; }

    public required string Licence { get; init; }

    public required string Source { get; init; }

    public required string Pooling { get; init; }

    public required int Dimensions { get; init; }

    public required int MaxLength { get; init; }

    /// <summary>SHA-256 of each other file.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    public void WriteTo(string folder) => File.WriteAllText(Path.Combine(folder, EncoderFolder.ManifestFile), JsonSerializer.Serialize(this, Json) + "\n");

    /// <summary>The manifest of a folder whose files are those that it describes; null where there is none.</summary>
    /// <exception cref="EncoderException">It cannot be read, or a file is missing or another one.</exception>
    public static Manifest? ReadFrom(string folder)
    {
        var path = Path.Combine(folder, EncoderFolder.ManifestFile);
        if (!File.Exists(path)) return null;
        try
        {
            var manifest = JsonSerializer.Deserialize<Manifest>(File.ReadAllBytes(path), Json)!;
            foreach (var (name, hash) in manifest.Files)
            {
                var file = Path.Combine(folder, name);
                if (!File.Exists(file) || EncoderFolder.HashOf(file) != hash)
                    throw new EncoderException($"{file}: is missing or not the file that {EncoderFolder.ManifestFile} describes (SHA-256 differs). Delete {folder} and run `training encoder fetch {manifest.Name}`.");
            }

            return manifest;
        }
        catch (JsonException e)
        {
            throw new EncoderException($"{path}: cannot be read ({e.Message}). Delete {folder} and fetch the encoder again.", e);
        }
    }
}
