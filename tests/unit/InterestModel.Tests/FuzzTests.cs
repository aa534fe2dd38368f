using System.Text.Json;
using FsCheck.Fluent;
using Xunit;

namespace Driftline.InterestModel.Tests;

/// <summary>A folder that somebody has tampered with, hashes and all: it loads, or is refused for a reason that names it, and nothing else happens.</summary>
public sealed class FuzzTests(TrainedModel trained)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    [Theory]
    [InlineData("weights.safetensors")]
    [InlineData("items.jsonl")]
    [InlineData("population.json")]
    public void AFileThatSaysAnythingIsLoadedOrRefused(string name)
    {
        var folder = trained.Copy();
        var original = File.ReadAllBytes(Path.Combine(trained.Folder, name));
        // Of weights the beginning is what is read as more than numbers.
        var (head, tail) = name.EndsWith(".safetensors", StringComparison.Ordinal) ? (original[..Math.Min(original.Length, 4_096)], original[Math.Min(original.Length, 4_096)..]) : (original, []);
        Fuzzing.Run(Mutations.Of(head), bytes =>
        {
            File.WriteAllBytes(Path.Combine(folder, name), [.. bytes, .. tail]);
            Tamper(folder, manifest => manifest);
            IsLoadedOrRefused(folder);
        });
    }

    [Fact]
    public void AManifestThatStatesAnyShapeIsLoadedOrRefused()
    {
        var folder = trained.Copy();
        var numbers = Gen.Elements(int.MinValue, -1, 0, 1, 2, 3, 63, 64, 65, 1_000, 1_000_000, int.MaxValue);
        Fuzzing.Run(
            from which in Gen.Choose(0, 7) from number in numbers from encoder in Gen.Elements("gru", "lstm", "bigru", "transformer", "lru", "", "unknown") select (which, number, encoder),
            change =>
            {
                Tamper(folder, manifest => change.which switch
                {
                    0 => manifest with { Architecture = manifest.Architecture with { Dimensions = change.number } },
                    1 => manifest with { Architecture = manifest.Architecture with { HiddenSize = change.number } },
                    2 => manifest with { Architecture = manifest.Architecture with { Layers = change.number } },
                    3 => manifest with { Architecture = manifest.Architecture with { Heads = change.number, Encoder = change.encoder } },
                    4 => manifest with { Architecture = manifest.Architecture with { TextDimensions = change.number } },
                    5 => manifest with { Features = manifest.Features with { SequenceLength = change.number } },
                    6 => manifest with { Features = manifest.Features with { HalfLifeDays = change.number } },
                    _ => manifest with { Categories = [.. manifest.Categories.Take(Math.Clamp(change.number, 0, 3))] },
                });
                IsLoadedOrRefused(folder);
            });
    }

    /// <summary>What each of them did before: memory asked for as a length said, an index out of range in the middle of a prediction, or an exception of the parser's.</summary>
    [Theory]
    [InlineData("weights.safetensors", "FFFFFFFFFFFFFF7F", "header")]
    [InlineData("weights.safetensors", "FFFFFFFFFFFFFFFF", "header")]
    [InlineData("weights.safetensors", "02000000", "safetensors")]
    [InlineData("weights.safetensors", "02000000000000005B5D", "safetensors")]
    [InlineData("weights.safetensors", "02000000000000007B7D", "is missing")]
    [InlineData("items.jsonl", "6E756C6C", "line 1")]
    [InlineData("items.jsonl", "7B7D", "line 1")]
    [InlineData("items.jsonl", "7B226964223A2261222C2263617465676F7279223A3939392C227465787448617368223A302C226576656E7473223A307D", "category 999")]
    [InlineData("population.json", "6E756C6C", "population.json")]
    [InlineData("population.json", "7B22686F72697A6F6E44617973223A372C22656E64223A302C227368617265223A5B5D2C22736561736F6E223A5B5D2C226C6576656C223A5B5D2C22736C6F7065223A5B5D7D", "categories")]
    public void WhatWasFoundIsRefused(string name, string content, string told)
    {
        var folder = trained.Copy();
        var (bytes, original) = (Convert.FromHexString(content), File.ReadAllBytes(Path.Combine(trained.Folder, name)));
        // Weights keep their length, which is looked at first.
        File.WriteAllBytes(Path.Combine(folder, name), name == "weights.safetensors" ? [.. bytes, .. original[bytes.Length..]] : bytes);
        Tamper(folder, manifest => manifest);
        Assert.Contains(told, Assert.Throws<ModelArtifactException>(() => ModelArtifact.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("category_of", "category_of")]
    [InlineData("_associations.near_items", "near_items")]
    public void WeightsThatPointBeyondTheModelAreRefused(string tensor, string told)
    {
        var folder = trained.Copy();
        var path = Path.Combine(folder, "weights.safetensors");
        var bytes = File.ReadAllBytes(path);
        var header = BitConverter.ToInt64(bytes);
        using var names = JsonDocument.Parse(bytes.AsMemory(sizeof(long), (int)header));
        var begin = names.RootElement.GetProperty(tensor).GetProperty("data_offsets")[0].GetInt64();
        BitConverter.TryWriteBytes(bytes.AsSpan((int)(sizeof(long) + header + begin)), 1_000_000L);
        File.WriteAllBytes(path, bytes);
        Tamper(folder, manifest => manifest);
        Assert.Contains(told, Assert.Throws<ModelArtifactException>(() => ModelArtifact.Load(folder)).Message, StringComparison.Ordinal);
    }

    private void Tamper(string folder, Func<ModelManifest, ModelManifest> change)
    {
        var manifest = change(ModelArtifact.ReadManifest(trained.Folder));
        manifest = manifest with { Files = manifest.Files.Keys.ToDictionary(name => name, name => ModelArtifact.HashOf(Path.Combine(folder, name))) };
        File.WriteAllText(Path.Combine(folder, "model.json"), JsonSerializer.Serialize(manifest with { Version = ModelArtifact.VersionOf(manifest) }, Json));
    }

    private static void IsLoadedOrRefused(string folder)
    {
        try
        {
            using var predictor = InterestPredictor.Load(folder, "cpu", threads: 1);
            predictor.Predict([SyntheticStore.Sequence(1, 8, 15)]);
        }
        catch (ModelArtifactException e)
        {
            Assert.Contains(folder, e.Message, StringComparison.Ordinal);
        }
    }
}
