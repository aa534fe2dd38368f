using System.Diagnostics;
using Driftline.Catalog;
using Driftline.Sequences;
using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class TrainerTests(TrainedModel trained)
{
    [Fact]
    public void APlantedHabitIsLearnt()
    {
        Assert.True(trained.Metrics["test.ndcg@10"] > 0.75, $"NDCG@10 {trained.Metrics["test.ndcg@10"]}");
        Assert.True(trained.Metrics["test.ndcg@10"] > 3 * trained.Metrics["popularity.ndcg@10"]);
    }

    [Theory]
    [InlineData("lstm", 20_000)]
    [InlineData("bigru", 20_000)]
    [InlineData("transformer", 20_000)]
    [InlineData("lru", 20_000)]
    [InlineData("gru", 10)]
    public void EveryEncoderAndTheSampledSoftmaxLearnItToo(string encoder, int fullSoftmaxItems)
    {
        var config = SyntheticStore.Config with
        {
            Model = SyntheticStore.Config.Model with { Encoder = encoder },
            Training = SyntheticStore.Config.Training with { FullSoftmaxItems = fullSoftmaxItems, SampledNegatives = 16 },
        };
        using var model = new Trainer(config, SyntheticStore.Data(), TimeProvider.System).Train(_ => { });
        Assert.True(model.Manifest.Metrics["test.ndcg@10"] > 0.6, $"NDCG@10 {model.Manifest.Metrics["test.ndcg@10"]}");
    }

    [Fact]
    public void AnItemThatOnlyAUsersOneEventNamesLivesOnItsText()
    {
        var full = SyntheticStore.Data();
        var once = Split.LeaveOneOut.Divide("once", [new EncodedEvent(SyntheticStore.Items + ItemRows.First, SequenceEventType.Click, SyntheticStore.Start.ToUnixTimeMilliseconds())], [0]);
        var data = TrainingData.Of([.. full.Items, SyntheticStore.Item(SyntheticStore.Items)], [.. full.Users, once], full.Split, "once", "once");
        Assert.Equal(1, data.TrainingCounts[^1]);

        using var model = new Trainer(SyntheticStore.Config with { Training = SyntheticStore.Config.Training with { MaxEpochs = 1 } }, data, TimeProvider.System).Train(_ => { });

        Assert.Equal([.. Enumerable.Repeat(true, SyntheticStore.Items), false], model.Network.Met());
    }

    [Fact]
    public void OneSeedGivesOneModel()
    {
        var config = SyntheticStore.Config with { Training = SyntheticStore.Config.Training with { MaxEpochs = 2 } };
        var metrics = Enumerable.Range(0, 2).Select(_ =>
        {
            using var model = new Trainer(config, SyntheticStore.Data(), TimeProvider.System).Train(_ => { });
            return model.Manifest.Metrics["validation.ndcg@10"];
        }).ToArray();
        Assert.Equal(metrics[0], metrics[1]);
    }

    [Fact]
    public void TheTimeCapEndsTrainingWithinAnEpoch()
    {
        var config = SyntheticStore.Config with { Training = SyntheticStore.Config.Training with { MaxSeconds = 0.5, MaxEpochs = 100_000, Patience = 100_000 } };
        var watch = Stopwatch.StartNew();
        using var model = new Trainer(config, SyntheticStore.Data(users: 400), TimeProvider.System).Train(_ => { });
        Assert.InRange(model.Manifest.Metrics["training.seconds"], 0.5, 10);
    }

    [Fact]
    public void TheCommandsTrainEvaluateAndRefuse()
    {
        var events = new System.Text.StringBuilder("user_id,item_id,event_time,event_type\n");
        for (var day = 1; day <= 6; day++)
        {
            for (var user = 0; user < 20; user++) events.Append($"user {user},item/{(user + day) % 5},2026-01-0{day},click\n");
        }

        DataFolder.With(events.ToString(), "item_id,title\nitem/0,Zero\n", folder =>
        {
            var artifact = Path.Combine(folder, "model");
            var config = Path.Combine(folder, "config.json");
            var report = Path.Combine(folder, "report.json");
            File.WriteAllText(config, """{"model":{"dimensions":8,"hiddenSize":8},"training":{"maxEpochs":2,"device":"cpu"}}""");
            Assert.Equal(0, Run("train", "--data", folder, "--config", config, "--out", artifact, "--progress", "plain"));
            var results = Path.Combine(folder, "results");
            Assert.Equal(0, Run("evaluate", "--data", folder, "--artifact", artifact, "--json", report, "--out", results));
            using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(report));
            var manifest = ModelArtifact.ReadManifest(artifact);
            var items = json.RootElement.GetProperty("items");
            Assert.Equal(
                manifest.Metrics["test.ndcg@10"],
                items.GetProperty($"interest gru {manifest.Version}").GetProperty("ndcg@10").GetProperty("values")[0].GetDouble(), 1e-9);
            Assert.Equal(7, items.EnumerateObject().Count());
            Assert.Equal(["items.png", "results.json", "results.md"], Directory.GetFiles(results).Select(Path.GetFileName).Order());
            Assert.Equal(0, Run("evaluate", "--data", folder, "--baselines-only", "--split", "time:2026-01-05"));
            Assert.Equal(2, Run("evaluate", "--data", folder, "--artifact", artifact, "--split", "time:2026-01-05"));
            Assert.Equal(2, Run("evaluate", "--data", folder, "--baselines-only", "--split", "last"));
            Assert.Equal(2, Run("evaluate", "--data", folder));
            Assert.Equal(0, Run("explain", "--artifact", artifact, "--data", folder, "--user", "user 1"));
            Assert.Equal(2, Run("explain", "--artifact", artifact, "--data", folder, "--user", "nobody"));
            Assert.Equal(2, Run("drift", "--data", folder, "--out", results));

            File.AppendAllText(Path.Combine(folder, "events.csv"), "user 1,item/0,2026-01-07,click\n");
            Assert.Equal(2, Run("evaluate", "--data", folder, "--artifact", artifact));
            Assert.Equal(2, Run("train", "--data", folder, "--out", artifact, "--config", "nowhere.json"));
            Assert.Equal(2, Run("train", "--data", Path.Combine(folder, "nowhere"), "--out", artifact));
            Assert.Equal(2, Run("train", "--data", folder));
            return 0;
        });

        static int Run(params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(
                "dotnet", [Path.Combine(AppContext.BaseDirectory, "Driftline.Training.dll"), .. arguments])
            { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 2) Assert.Single(error.Trim().Split('\n'));
            return process.ExitCode;
        }
    }

    [Fact]
    public void OnRealPurchasesTheModelBeatsPopularity()
    {
        var data = TrainingData.Read(Needs.Data("ms-store"));
        var config = TrainingConfig.Load(Path.Combine(TrainingConfig.DefaultFolder, "default.json"));
        config = config with { Training = config.Training with { MaxEpochs = 8, LearningRate = 0.005, WarmupSteps = 20, Device = "cpu", Threads = 1 } };
        using var model = new Trainer(config, data, TimeProvider.System).Train(_ => { });
        var metrics = model.Manifest.Metrics;
        Assert.InRange(metrics["popularity.ndcg@10"], 0.36, 0.39);
        Assert.True(metrics["test.ndcg@10"] > 1.3 * metrics["popularity.ndcg@10"], $"NDCG@10 {metrics["test.ndcg@10"]}");
    }

    [Fact]
    public void AnEpochIsNotChosenByTheCategoriesOfDataWithOne()
    {
        var full = SyntheticStore.Data();
        var data = TrainingData.Of([.. full.Items.Select(item => new CatalogEntry(item.ItemId, item.Title, ["All"]))], full.Users, full.Split, "one", "one");
        var config = SyntheticStore.Config with { Training = SyntheticStore.Config.Training with { ChooseBy = TrainingSettings.ByCategories } };
        Assert.Contains("training.chooseBy", Assert.Throws<InputException>(() => new Trainer(config, data, TimeProvider.System).Train(_ => { })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACatalogueWithoutAnyTextTrainsAndServes()
    {
        var full = SyntheticStore.Data();
        var data = TrainingData.Of([.. full.Items.Select(item => new CatalogEntry(item.ItemId, "", []))], full.Users, full.Split, "bare", "bare");
        var config = SyntheticStore.Config with { Training = SyntheticStore.Config.Training with { MaxEpochs = 2 } };
        using var predictor = InterestPredictor.Of(new Trainer(config, data, TimeProvider.System).Train(_ => { }), TorchSharp.torch.CPU);
        var prediction = predictor.Predict([SyntheticStore.Sequence(1, 8)])[0];
        Assert.All(prediction.Embedding, value => Assert.True(float.IsFinite(value)));
        Assert.All(predictor.Encode(new CatalogEntry("new", "", [])), value => Assert.Equal(0, value));
    }
}
