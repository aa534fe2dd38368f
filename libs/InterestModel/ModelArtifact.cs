using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Driftline.InterestModel;

/// <summary>
/// A trained model in a folder: <c>model.json</c>, <c>weights.safetensors</c>, <c>items.jsonl</c> and <c>population.json</c>. A folder is complete or not there:
/// it is written beside its place and renamed. Loading checks every hash and refuses what does not fit.
/// </summary>
public sealed class ModelArtifact(ModelManifest manifest, IReadOnlyList<ItemRecord> items, InterestNetwork network, PopulationModel? population = null) : IDisposable
{
    private const string ManifestFile = "model.json";
    private const string WeightsFile = "weights.safetensors";
    private const string ItemsFile = "items.jsonl";
    private const string PopulationFile = "population.json";

    private static readonly string[] OwnFiles = [ManifestFile, WeightsFile, ItemsFile, PopulationFile];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions JsonLine = new(Json) { WriteIndented = false };

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; private set; } = manifest;

    /// <summary>The items in index order; item i is row i + <see cref="ItemRows.First"/>.</summary>
    public IReadOnlyList<ItemRecord> Items { get; } = items;

    /// <summary>The network, in evaluation mode once loaded.</summary>
    public InterestNetwork Network { get; } = network;

    /// <summary>How the population moves; null in models that were trained before it was known.</summary>
    public PopulationModel? Population { get; } = population;

    /// <summary>Writes the folder, replacing a model that is there, and gives the manifest its version.</summary>
    /// <exception cref="IOException">The folder holds something else than a model, or cannot be written.</exception>
    public void Save(string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        RefuseOtherContent(folder);
        var temporary = $"{folder}.{Guid.NewGuid():N}.tmp";
        Directory.CreateDirectory(temporary);
        try
        {
            SafeTensors.Write(Path.Combine(temporary, WeightsFile), Network.state_dict());
            File.WriteAllLines(Path.Combine(temporary, ItemsFile), Items.Select(item => JsonSerializer.Serialize(item, JsonLine)));
            if (Population is not null) File.WriteAllText(Path.Combine(temporary, PopulationFile), JsonSerializer.Serialize(Population, JsonLine) + "\n");
            string[] written = Population is null ? [WeightsFile, ItemsFile] : [WeightsFile, ItemsFile, PopulationFile];
            Manifest = Manifest with { Files = written.ToDictionary(name => name, name => HashOf(Path.Combine(temporary, name))) };
            Manifest = Manifest with { Version = VersionOf(Manifest) };
            File.WriteAllText(Path.Combine(temporary, ManifestFile), JsonSerializer.Serialize(Manifest, Json) + "\n");
            PutInPlace(temporary, folder);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>The model that was there goes only once the new one is in its place, and comes back where that fails.</summary>
    private static void PutInPlace(string temporary, string folder)
    {
        var before = $"{temporary}.before";
        if (Directory.Exists(folder)) Directory.Move(folder, before);
        try
        {
            Directory.Move(temporary, folder);
        }
        catch (IOException) when (Directory.Exists(before))
        {
            Directory.Move(before, folder);
            throw;
        }

        if (Directory.Exists(before)) Directory.Delete(before, recursive: true);
    }

    /// <summary>Reads <c>model.json</c> alone, unchecked but for its format.</summary>
    /// <exception cref="ModelArtifactException">There is no readable manifest.</exception>
    public static ModelManifest ReadManifest(string folder)
    {
        var path = Path.Combine(folder, ManifestFile);
        if (!File.Exists(path)) throw new ModelArtifactException($"{folder}: there is no {ManifestFile}. Give a folder that `training train --out` wrote.");
        try
        {
            var manifest = JsonSerializer.Deserialize<ModelManifest>(File.ReadAllText(path), Json);
            if (manifest?.Format == ModelManifest.CurrentFormat) return manifest;
            throw new ModelArtifactException($"{path}: format {manifest?.Format} is not the format {ModelManifest.CurrentFormat} that this program reads. Train the model again, or use the release that made it.");
        }
        catch (JsonException e)
        {
            throw new ModelArtifactException($"{path}: is not a model manifest: {e.Message}", e);
        }
    }

    /// <summary>Loads a folder into the CPU's memory, network in evaluation mode.</summary>
    /// <exception cref="ModelArtifactException">A file is missing or changed, or the model was made for another program version.</exception>
    public static ModelArtifact Load(string folder)
    {
        var manifest = ReadManifest(folder);
        if (manifest.FeaturiserVersion != Featuriser.Version)
            throw new ModelArtifactException($"{folder}: the model was trained with featuriser version {manifest.FeaturiserVersion}, this program has {Featuriser.Version}. Train the model again.");
        var moves = manifest.Files.ContainsKey(PopulationFile);
        foreach (var name in moves ? new[] { WeightsFile, ItemsFile, PopulationFile } : [WeightsFile, ItemsFile])
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path)) throw new ModelArtifactException($"{folder}: {name} is missing. Copy the whole folder, or train the model again.");
            if (HashOf(path) != manifest.Files.GetValueOrDefault(name))
                throw new ModelArtifactException($"{path}: is not the file that {ManifestFile} describes (SHA-256 differs). Copy the whole folder again.");
        }

        if (VersionOf(manifest) != manifest.Version)
            throw new ModelArtifactException($"{Path.Combine(folder, ManifestFile)}: settings or categories do not belong to version {manifest.Version}: the file was edited. Copy it again.");
        InterestNetwork? network = null;
        try
        {
            var items = ArtifactContent.ReadItems(Path.Combine(folder, ItemsFile), manifest.Categories.Count);
            var weights = Path.Combine(folder, WeightsFile);
            ArtifactContent.CheckSizes(manifest, items.Count, weights);
            var attributes = new AttributeVocabulary(manifest.Attributes);
            network = new InterestNetwork(manifest.Architecture, manifest.Features, items.Count, manifest.Categories.Count, attributes);
            SafeTensors.ReadInto(weights, network.state_dict());
            ArtifactContent.CheckIndexes(network, manifest.Categories.Count, attributes);
            network.eval();
            return new ModelArtifact(manifest, items, network, moves ? ArtifactContent.ReadPopulation(Path.Combine(folder, PopulationFile), manifest.Categories.Count) : null);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            network?.Dispose();
            throw new ModelArtifactException($"{folder}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Network.Dispose();

    /// <summary>Whether <see cref="Save"/> can take a folder.</summary>
    /// <exception cref="IOException">It is a file, or holds something else than a model.</exception>
    public static void RefuseOtherContent(string folder)
    {
        if (File.Exists(folder)) throw new IOException($"{folder}: is a file. Give a folder for the model.");
        if (!Directory.Exists(folder)) return;
        if (Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).FirstOrDefault(name => !OwnFiles.Contains(name)) is { } other)
            throw new IOException($"{folder}: holds {other}, which is no part of a model, and is left alone. Give an empty or a new folder.");
    }

    internal static string VersionOf(ModelManifest manifest)
    {
        var content = JsonSerializer.Serialize(
            new { manifest.Name, manifest.Architecture, manifest.Features, manifest.FeaturiserVersion, manifest.Categories, manifest.Attributes, manifest.Files }, JsonLine);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..12];
    }

    internal static string HashOf(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}

/// <summary>A model folder that cannot be used; the message names the file and the remedy.</summary>
public sealed class ModelArtifactException : Exception
{
    public ModelArtifactException() { }

    public ModelArtifactException(string message) : base(message) { }

    public ModelArtifactException(string message, Exception inner) : base(message, inner) { }
}
