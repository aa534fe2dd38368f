using Driftline.Training;
using TorchSharp;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class TransferTests
{
    [Fact]
    public void WhereTextCarriesTheHabitATransferBeatsTheSameShareFromScratch()
    {
        var study = new TransferStudy(
            ThemeStore.Config, ThemeStore.Data("north"), ThemeStore.Data("south", seed: 6), [5], (_, config, data, start) =>
                new Trainer(config, data, TimeProvider.System).Train(_ => { }, start: start));
        study.Run(1);
        var (zero, scratch, transfer) = (Ndcg(TransferStudy.ZeroShot), Ndcg("from scratch, 5%"), Ndcg("transfer, 5%"));
        Assert.True(transfer > 1.2 * scratch, $"transfer {transfer}, from scratch {scratch}");
        Assert.True(zero > 1.5 * Ndcg("popularity, 5%"), $"zero-shot {zero}");
        Assert.Equal(10, study.Table["transfer, 5%", "users"]!.Mean);

        double Ndcg(string row) => study.Table[row, "ndcg@10"]!.Mean;
    }

    // Paired differences and t(4, .975) = 2.7764 worked by hand: mean .016, deviation .0054772, margin .0068008.
    [Theory]
    [InlineData(new[] { .12, .12, .14, .13, .13 }, new[] { .10, .11, .12, .12, .11 }, "beats training", "0.0092 to 0.0228", "upwards in 5 of 5")]
    [InlineData(new[] { .10, .11, .12, .12, .11 }, new[] { .12, .12, .14, .13, .13 }, "does not beat training", "-0.0228 to -0.0092", "upwards in 0 of 5")]
    [InlineData(new[] { .12, .11, .14 }, new[] { .10, .11, .12 }, "is level with training", "-0.0154 to 0.0420", "upwards in 2 of 3")]
    [InlineData(new[] { .12 }, new[] { .10 }, "cannot be told from one seed to beat training", "differs by 0.0200,", "upwards in 1 of 1")]
    public void ATransferIsAheadWhereTheIntervalOfTheMeanDifferenceLeavesOutZero(double[] transfer, double[] scratch, params string[] told)
    {
        var verdict = TransferReport.Compare(new Figure(transfer), new Figure(scratch));
        Assert.All(told, part => Assert.Contains(part, verdict, StringComparison.Ordinal));
    }

    [Fact]
    public void OfOneSeedASmallerShareIsWithinALarger()
    {
        var data = SyntheticStore.Data();
        var shares = new[] { 1.0, 5, 25, 100 }.Select(percent => Kept(UserShares.Of(data, percent, 7))).ToArray();
        Assert.Equal([2, 10, 50, 200], shares.Select(share => share.Count));
        for (var i = 1; i < shares.Length; i++) Assert.Subset(shares[i], shares[i - 1]);
        Assert.Equal(shares[1], Kept(UserShares.Of(data, 5, 7)));
        Assert.NotEqual(shares[1], Kept(UserShares.Of(data, 5, 8)));

        static HashSet<string> Kept(TrainingData share) => [.. share.Users.Where(user => user.TrainingEvents > 0).Select(user => user.UserId)];
    }

    [Fact]
    public void AShareHasTheTestsOfAllUsersAndTheValidationOfItsOwn()
    {
        var data = SyntheticStore.Data();
        var share = UserShares.Of(data, 10, 7);
        Assert.Equal(Evaluation.TestCases(data).Select(Asked), Evaluation.TestCases(share).Select(Asked));
        Assert.All(share.Users, user => Assert.Equal(user.TrainingEvents > 0, user.Validation is not null));
        Assert.Equal(share.Users.Sum(user => user.TrainingEvents), share.TrainingCounts.Sum());
        Assert.NotEqual(data.SplitHash, share.SplitHash);
        var none = UserShares.None(data);
        Assert.Equal(Evaluation.TestCases(data).Select(Asked), Evaluation.TestCases(none).Select(Asked));
        Assert.Equal(0, none.TrainingCounts.Sum());
        Assert.All(none.Users, user => Assert.Null(user.Validation));

        static (string, int, int) Asked(EvaluationCase asked) => (asked.User.UserId, asked.Known, asked.Relevant[0]);
    }

    [Fact]
    public void UsersOfAShareKeepTheirAttributes()
    {
        var plain = SyntheticStore.Data();
        foreach (var user in plain.Users) user.Attributes = [AttributeVocabulary.First];
        var data = TrainingData.Of(plain.Items, plain.Users, plain.Split, "aged", "aged", new AttributeVocabulary([new UserAttribute("age", ["young"])]));
        foreach (var share in (TrainingData[])[UserShares.Of(data, 10, 7), UserShares.None(data)])
        {
            Assert.Equal(1, share.Attributes.Count);
            Assert.All(share.Users, user => Assert.Equal([AttributeVocabulary.First], user.Attributes));
        }
    }

    [Fact]
    public void AllButTheCataloguesOwnLayersGoAlong()
    {
        var settings = SyntheticStore.Config.Model;
        using var source = new InterestNetwork(settings, new FeatureSettings(), items: 5, categories: 2);
        using var target = new InterestNetwork(settings, new FeatureSettings(), items: 9, categories: 3);
        var before = target.named_parameters().ToDictionary(p => p.name, p => p.parameter.clone());
        WeightTransfer.Copy(source, target);

        var names = WeightTransfer.Names(target);
        foreach (var layer in (string[])["_adaptor.", "_type.", "_gap.", "_week.", "_hour.", "_norm.", "_encoder.", "_user."])
            Assert.Contains(names, name => name.StartsWith(layer, StringComparison.Ordinal));
        Assert.Equal(["_categories._gate.bias", "_categories._gate.weight", "_categories._next.bias", "_categories._next.weight", "_category.weight", "_itemId.weight"], before.Keys.Except(names).Order(StringComparer.Ordinal));
        var learnt = source.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var (name, parameter) in target.named_parameters())
        {
            if (names.Contains(name)) Assert.True(parameter.equal(learnt[name]).all().ToBoolean(), name);
            else if (name.StartsWith("_categories.", StringComparison.Ordinal)) Assert.True(parameter.equal(before[name]).all().ToBoolean(), name);
            else Assert.Equal(0, parameter.abs().sum().ToDouble());
        }
    }

    [Fact]
    public void NetworksOfOtherShapesAreRefusedByTheLayersName()
    {
        using var source = new InterestNetwork(SyntheticStore.Config.Model, new FeatureSettings(), items: 5, categories: 2);
        using var target = new InterestNetwork(SyntheticStore.Config.Model with { TextDimensions = 40 }, new FeatureSettings(), items: 5, categories: 2);
        Assert.Contains("_adaptor.weight", Assert.Throws<ArgumentException>(() => WeightTransfer.Copy(source, target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HalvesHoldAboutAsManyEventsAndNoCategoryInCommon()
    {
        var data = SyntheticStore.Data();
        var (source, target) = CategoryHalves.Of(data, "synthetic");
        Assert.Empty(source.Vocabulary.Categories.Intersect(target.Vocabulary.Categories));
        Assert.Equal(data.Items.Select(item => item.ItemId).Order(StringComparer.Ordinal), source.Items.Concat(target.Items).Select(item => item.ItemId).Order(StringComparer.Ordinal));
        var (first, second) = (source.Users.Sum(user => user.Events.Length), target.Users.Sum(user => user.Events.Length));
        Assert.Equal(data.Users.Sum(user => user.Events.Length), first + second);
        Assert.InRange(first / (double)second, 0.9, 1.1);
        var user = source.Users.First(user => user.Events.Length >= 3);
        var whole = data.Users.Single(other => other.UserId == user.UserId);
        Assert.Equal(
            whole.Events.Where(e => source.Vocabulary.ItemIndex(data.Items[e.Item - ItemRows.First].ItemId) >= 0).Select(e => (data.Items[e.Item - ItemRows.First].ItemId, e.Time)),
            user.Events.Select(e => (source.Items[e.Item - ItemRows.First].ItemId, e.Time)));
        Assert.Equal(Enumerable.Range(0, user.Events.Length), user.Orders);
    }

    [Fact]
    public void ATransferWithoutAStepIsItsBeginning()
    {
        var config = ThemeStore.Config with { Model = ThemeStore.Config.Model with { Associations = true }, Training = ThemeStore.Config.Training with { MaxEpochs = 1 } };
        using var source = new Trainer(config, ThemeStore.Data("north"), TimeProvider.System).Train(_ => { });
        using var untuned = new Trainer(config with { Training = config.Training with { MaxEpochs = 0 } }, ThemeStore.Data("south"), TimeProvider.System)
            .Train(_ => { }, start: source.Network);
        var learnt = source.Network.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        var names = WeightTransfer.Names(untuned.Network);
        Assert.All(untuned.Network.named_parameters().Where(p => names.Contains(p.name)), p => Assert.True(p.parameter.equal(learnt[p.name]).all().ToBoolean(), p.name));
        Assert.Equal(0, untuned.Manifest.Metrics["training.epochs"]);
        Assert.Contains(source.Manifest.Blend.Weights, weight => weight > 0);
        Assert.Equal(source.Manifest.Blend.ToArray(), untuned.Manifest.Blend.ToArray());
    }
}
