using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class TrainingConfigTests
{
    [Theory]
    [InlineData("""{"training":{"epochs":3}}""", "'training.epochs'")]
    [InlineData("""{"modle":{}}""", "'modle'")]
    [InlineData("""{"model":{"encoder":"rnn"}}""", "model.encoder")]
    [InlineData("""{"model":{"textEncoder":"bert"}}""", "model.textEncoder")]
    [InlineData("""{"model":{"dropout":1}}""", "model.dropout")]
    [InlineData("""{"training":{"batchSize":"many"}}""", "training.batchSize")]
    [InlineData("""{"features":{"halfLifeDays":0}}""", "features.halfLifeDays")]
    [InlineData("""{"training":{"device":"gpu"}}""", "training.device")]
    [InlineData("""{"training":{"chooseBy":"categories","categoryLossWeight":0}}""", "training.categoryLossWeight")]
    [InlineData("""{"model":null}""", "model")]
    [InlineData("""{"model":{"without":null}}""", "without")]
    [InlineData("""{"model":{"textEncoder":null}}""", "textEncoder")]
    [InlineData("""{"name":"a","name":"b"}""", "name")]
    [InlineData("""{"training":""", "config")]
    public void ABadKeyOrValueIsNamed(string json, string named)
    {
        var path = Path.Combine(Path.GetTempPath(), $"config-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, json);
        try
        {
            Assert.Contains(named, Assert.Throws<InputException>(() => TrainingConfig.Load(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void EveryConfigurationThatIsShippedLoads()
    {
        var files = Directory.GetFiles(TrainingConfig.DefaultFolder, "*.json");
        Assert.Contains(files, file => Path.GetFileName(file) == "default.json");
        Assert.All(files, file => TrainingConfig.Load(file));
        Assert.Equal("lstm", TrainingConfig.Load(Path.Combine(TrainingConfig.DefaultFolder, "lstm.json")).Model.Encoder);
    }

    /// <summary>The features say what h_t is; a benchmark's rows are comparable only where all mean the same.</summary>
    [Fact]
    public void EveryEncoderIsBenchmarkedOnTheDefaultsFeatures() => Assert.All(
        SequenceEncoder.Names.Select(encoder => Path.Combine(TrainingConfig.DefaultFolder, encoder + ".json")).Where(File.Exists),
        file => Assert.Equal(TrainingConfig.LoadDefault().Features, TrainingConfig.Load(file).Features));
}
