using Driftline.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Driftline.InterestModel.Tests;

public sealed class CheckpointTests : IDisposable
{
    private static readonly TrainingConfig Config = SyntheticStore.Config with
    {
        Model = SyntheticStore.Config.Model with { Dropout = 0.2 },
        Training = SyntheticStore.Config.Training with { MaxEpochs = 5, Patience = 5, WarmupSteps = 40 },
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("driftline-");

    private string Folder => Path.Combine(_folder.FullName, "model.checkpoint");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void ATrainingStoppedWithinAnEpochGoesOnToTheSameWeights()
    {
        using var whole = new Trainer(Config, SyntheticStore.Data(), TimeProvider.System).Train(_ => { });
        Stop(Config, epoch: 3);
        Assert.True(Directory.Exists(Folder));
        var epochs = new List<int>();
        using var resumed = new Trainer(Config, SyntheticStore.Data(), TimeProvider.System).Train(p => epochs.Add(p.Epoch), checkpoint: Folder);

        Assert.Equal(3, epochs[0]);
        Assert.Equal(whole.Manifest.Metrics["validation.ndcg@10"], resumed.Manifest.Metrics["validation.ndcg@10"]);
        var expected = whole.Network.state_dict();
        foreach (var (name, tensor) in resumed.Network.state_dict()) Assert.True(expected[name].equal(tensor).all().ToBoolean(), name);
        Assert.True(Directory.Exists(Folder)); // until the model is saved
    }

    [Fact]
    public void ACheckpointOfOtherSettingsIsNotGoneOnFrom()
    {
        Stop(Config, epoch: 2);
        var other = Config with { Training = Config.Training with { Seed = 2, MaxEpochs = 2 } };
        var epochs = new List<int>();
        using var model = new Trainer(other, SyntheticStore.Data(), TimeProvider.System).Train(p => epochs.Add(p.Epoch), checkpoint: Folder);
        Assert.Equal(1, epochs[0]);
    }

    [Fact]
    public void AnEpochThatTimeCutShortIsNotGoneOnFromWithMoreTime()
    {
        var weights = new Dictionary<string, Tensor> { ["w"] = zeros(1) };
        using var optimiser = optim.AdamW([new TorchSharp.Modules.Parameter(zeros(1))]);
        var checkpoint = new Checkpoint(Folder, "key");
        foreach (var (epoch, endedBy) in ((int, double?)[])[(1, null), (2, 60)])
            checkpoint.Save(new CheckpointState("", epoch, 0, 0, 1, 0, new RankingMetrics(0, 0, 0), 0, endedBy), weights, weights, weights, optimiser);

        Assert.Equal(2, checkpoint.Load(60, weights, weights, weights, optimiser)!.Epoch);
        Assert.Equal(1, checkpoint.Load(90, weights, weights, weights, optimiser)!.Epoch);
    }

    [Fact]
    public void AStopIsHeededBesideTheSteps()
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new Trainer(Config, SyntheticStore.Data(), TimeProvider.System).Train(
            p =>
            {
                if (p.Epoch == Config.Training.MaxEpochs && p.Validation is not null) stop.Cancel(); // what is left: the blend and the test
            },
            cancel: stop.Token));
        using var encoder = ItemTexts.Encoder(Config.Model);
        Assert.Throws<OperationCanceledException>(() => ItemTexts.Encode([SyntheticStore.Item(0)], encoder, stop.Token));
    }

    private void Stop(TrainingConfig config, int epoch)
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new Trainer(config, SyntheticStore.Data(), TimeProvider.System).Train(
            p =>
            {
                if (p.Epoch == epoch && p.Validation is null) stop.Cancel();
            },
            checkpoint: Folder, cancel: stop.Token));
    }
}
