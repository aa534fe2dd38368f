using Driftline.Catalog;
using Driftline.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Driftline.InterestModel.Tests;

public sealed class FederatedTests
{
    private static readonly TrainingConfig Config = SyntheticStore.Config with
    {
        Model = SyntheticStore.Config.Model with { IdDropout = 0 },
        Training = SyntheticStore.Config.Training with { MaxEpochs = 1 },
    };

    [Fact]
    public void EveryUserIsInOneSiloAndTheSameOneForOneSeed()
    {
        var data = SyntheticStore.Data();
        var silos = Silo.Divide(data, 5, seed: 3);
        Assert.Equal(data.Users.Select(user => user.UserId).Order(), silos.SelectMany(silo => silo.Users).Select(user => user.UserId).Order());
        Assert.All(silos, silo => Assert.InRange(silo.Users.Count, 15, 70));
        Assert.Equal(silos[2].Users.Select(user => user.UserId), Silo.Divide(data, 5, seed: 3)[2].Users.Select(user => user.UserId));
        Assert.NotEqual(silos[2].Users.Select(user => user.UserId), Silo.Divide(data, 5, seed: 4)[2].Users.Select(user => user.UserId));
        Assert.Equal(data.TrainingCounts, Enumerable.Range(0, SyntheticStore.Items).Select(item => silos.Sum(silo => silo.TrainingCounts[item])));
    }

    [Fact]
    public void SilosLearnAPlantedHabitWithoutSharingEventsNearlyAsWellAsInOnePlace()
    {
        var data = SyntheticStore.Data();
        using var training = Training(data);
        var central = training.Central(12, 1, (_, _, _) => { });
        var federated = training.Federated(new FederatedSettings(4, 12, 3), (_, _, _) => { });
        Assert.Equal(12, federated.Validation.Count);
        Assert.True(central.Validation[^1] > 0.6, $"central {central.Validation[^1]}");
        Assert.True(federated.Validation[^1] > 0.6, $"federated {federated.Validation[^1]}");
        Assert.True(federated.UpdateNorm > 0);
    }

    [Fact]
    public void OneSeedGivesOneModelAndNoiseDrownsIt()
    {
        using var training = Training(SyntheticStore.Data(users: 60));
        var settings = new FederatedSettings(4, 2, 1, Clip: 1);
        var first = After(settings);
        Assert.Equal(first, After(settings));
        var noisy = After(settings with { Noise = 50 });
        // Two rounds of noise of deviation 50 / 4 in each coordinate.
        var deviation = Math.Sqrt(first.Zip(noisy, (a, b) => Math.Pow(a - b, 2)).Average());
        Assert.InRange(deviation, 0.9 * 12.5 * Math.Sqrt(2), 1.1 * 12.5 * Math.Sqrt(2));

        float[] After(FederatedSettings asked)
        {
            training.Federated(asked, (_, _, _) => { });
            using var scope = NewDisposeScope();
            return Weights.Of(training.Network).data<float>().ToArray();
        }
    }

    [Fact]
    public void WhatASiloHandsBackDependsOnNoOtherSilo()
    {
        using var training = Training(SyntheticStore.Data(users: 60));
        using var scope = NewDisposeScope();
        var start = Weights.Of(training.Network);
        var (first, second) = (Silo.Divide(SyntheticStore.Data(users: 60), 2, 1)[0], Silo.Divide(SyntheticStore.Data(users: 60), 2, 1)[1]);

        var alone = UpdateOf(second, 1);
        UpdateOf(first, 0);
        Assert.Equal(alone, UpdateOf(second, 1));
        Assert.NotEqual(alone, UpdateOf(second, 2)); // chance is at work

        float[] UpdateOf(TrainingData data, int number)
        {
            Weights.Set(training.Network, start);
            var silo = new Silo(Config, data, training.Network, number);
            silo.Train(training.Network, CPU, 1, 1, null, TestContext.Current.CancellationToken);
            return silo.Update(training.Network, start).data<float>().ToArray();
        }
    }

    [Fact]
    public void TheIdsOfItemsThatASiloNeverMetDoNotChangeThere()
    {
        var data = SyntheticStore.Data(users: 3);
        Assert.Contains(0, data.TrainingCounts);
        using var training = Training(data);
        var silo = new Silo(Config, data, training.Network, 0);
        using var scope = NewDisposeScope();
        Weights.Set(training.Network, Weights.Of(training.Network).add_(0.1)); // so that weight decay would move them
        var before = Weights.Of(training.Network);
        Assert.NotNull(silo.Train(training.Network, CPU, 1, 2, null, TestContext.Current.CancellationToken));
        var update = silo.Update(training.Network, before);
        var (start, rows, width) = Weights.Ids(training.Network);
        var ids = update.narrow(0, start, rows * width).view(rows, width);
        for (var item = 0; item < SyntheticStore.Items; item++)
            Assert.Equal(data.TrainingCounts[item] > 0, ids[item + ItemRows.First].abs().sum().ToSingle() > 0);
    }

    [Fact]
    public void AnUpdateIsScaledToTheClipAndASmallerOneIsLeft()
    {
        using var scope = NewDisposeScope();
        var update = tensor(new float[] { 3, 4 });
        Assert.Equal(5, FederatedTraining.ClipTo(update, 10), 6);
        Assert.Equal([3f, 4f], update.data<float>().ToArray());
        Assert.Equal(5, FederatedTraining.ClipTo(update, 1), 6);
        Assert.Equal([0.6f, 0.8f], update.data<float>().ToArray());
        Assert.Throws<InputException>(() => FederatedTraining.ClipTo(tensor(new float[] { float.NaN }), 1));
    }

    [Fact]
    public void SilosWithNothingToLearnFromAreNoErrorAndOptionsAreChecked()
    {
        using var training = Training(SyntheticStore.Data(users: 6));
        var run = training.Federated(new FederatedSettings(50, 2, 1, Participation: 0.5), (_, _, _) => { });
        Assert.All(run.Validation, ndcg => Assert.InRange(ndcg, 0, 1));
        Assert.Contains("--clip", Assert.Throws<InputException>(() => new FederatedSettings(2, 1, 1, Noise: 1).Check()).Message, StringComparison.Ordinal);
        Assert.Contains("--delta", Assert.Throws<InputException>(() => new FederatedSettings(1_000, 1, 1, Clip: 1, Noise: 1).Check()).Message, StringComparison.Ordinal);
        Assert.Contains("--participation", Assert.Throws<InputException>(() => new FederatedSettings(2, 1, 1, Participation: 0).Check()).Message, StringComparison.Ordinal);
    }

    private static FederatedTraining Training(TrainingData data)
    {
        using var encoder = new HashedNgramEncoder(64);
        return new FederatedTraining(Config, data, TextVectors.Of(data.Items, encoder));
    }
}
