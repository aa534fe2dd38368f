using System.Text.Json.Nodes;
using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class ModelArtifactTests(TrainedModel trained)
{
    [Fact]
    public void AModelPredictsTheSameAfterARoundTrip()
    {
        var copy = trained.Copy();
        var loaded = ModelArtifact.Load(trained.Folder);
        loaded.Save(copy);
        using var first = trained.Load();
        using var second = InterestPredictor.Load(copy, "cpu");
        Assert.Equal(first.Version, second.Version);
        loaded.Dispose();
        var a = first.Predict([SyntheticStore.Sequence(1, 8, 15)])[0];
        var b = second.Predict([SyntheticStore.Sequence(1, 8, 15)])[0];
        Assert.Equal(a.Embedding, b.Embedding);
        Assert.Equal(a.Next, b.Next);
        Assert.Equal(first.ItemVectors().Select(item => item.Vector), second.ItemVectors().Select(item => item.Vector));
    }

    [Fact]
    public void EvaluatingTheArtifactGivesTheFiguresOfTraining()
    {
        using var model = ModelArtifact.Load(trained.Folder);
        var metrics = Evaluation.Model(model.Network, new Featuriser(model.Manifest.Features), TorchSharp.torch.CPU, SyntheticStore.Data(), Evaluation.TestCases(SyntheticStore.Data()));
        Assert.Equal(trained.Metrics["test.ndcg@10"], metrics.Ndcg);
        Assert.Equal(trained.Metrics["test.hr@10"], metrics.HitRate);
    }

    [Theory]
    [InlineData("weights.safetensors")]
    [InlineData("items.jsonl")]
    public void AFileThatWasChangedOrIsMissingIsRefused(string name)
    {
        var copy = trained.Copy();
        var path = Path.Combine(copy, name);
        var bytes = File.ReadAllBytes(path);
        bytes[^3] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("SHA-256 differs", Refusal(copy), StringComparison.Ordinal);
        File.Delete(path);
        Assert.Contains($"{name} is missing", Refusal(copy), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("format", "2", "format 2")]
    [InlineData("featuriserVersion", "99", "featuriser version 99")]
    [InlineData("categories", "[\"x\"]", "was edited")]
    [InlineData("architecture", "null", "model.json")]
    [InlineData("name", "7", "model.json")]
    public void AManifestThatDoesNotFitIsRefused(string key, string value, string reason)
    {
        var copy = trained.Copy();
        var path = Path.Combine(copy, "model.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        manifest[key] = JsonNode.Parse(value);
        File.WriteAllText(path, manifest.ToJsonString());
        Assert.Contains(reason, Refusal(copy), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "textEncoderId")] // a model from before encoders had ids, whose text vectors are not centred
    [InlineData("hashed-ngrams-65", "hashed-ngrams-65")]
    public void AModelOfAnotherTextEncoderIsRefused(string? id, string reason)
    {
        var copy = trained.Copy();
        var path = Path.Combine(copy, "model.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        manifest.Remove("textEncoderId");
        if (id is not null) manifest["textEncoderId"] = id;
        File.WriteAllText(path, manifest.ToJsonString());
        Assert.Contains(reason, Assert.Throws<ModelArtifactException>(() => InterestPredictor.Load(copy, "cpu")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheArtifactHoldsTheEncodersRealNameAndLength()
    {
        var architecture = ModelArtifact.ReadManifest(trained.Folder).Architecture;
        Assert.Equal(("hashed-ngrams", 64), (architecture.TextEncoder, architecture.TextDimensions));
    }

    [Fact]
    public void AFolderWithoutAModelIsRefused() => Assert.Contains("model.json", Refusal(Path.GetTempPath()), StringComparison.Ordinal);

    [Fact]
    public void SavingLeavesAFolderThatHoldsSomethingElseAlone()
    {
        var folder = Directory.CreateTempSubdirectory("driftline-other-");
        var file = Path.Combine(folder.FullName, "letter.txt");
        File.WriteAllText(file, "dear");
        using var model = ModelArtifact.Load(trained.Folder);
        Assert.Contains("left alone", Assert.Throws<IOException>(() => model.Save(folder.FullName)).Message, StringComparison.Ordinal);
        Assert.Equal("dear", File.ReadAllText(file));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void AModelIsReplacedAndWhatLiesBesideItInItsFolderIsNotLost()
    {
        var folder = Path.Combine(Directory.CreateTempSubdirectory("driftline-replaced-").FullName, "model");
        using var model = ModelArtifact.Load(trained.Folder);
        model.Save(folder);
        model.Save(folder);
        using (ModelArtifact.Load(folder))
            Assert.Equal([folder], Directory.GetFileSystemEntries(Path.GetDirectoryName(folder)!));

        File.WriteAllText(Path.Combine(folder, "notes.txt"), "mine");
        Assert.Contains("notes.txt", Assert.Throws<IOException>(() => model.Save(folder)).Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(folder, "notes.txt")));
        Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
    }

    private static string Refusal(string folder) => Assert.Throws<ModelArtifactException>(() => ModelArtifact.Load(folder)).Message;
}
