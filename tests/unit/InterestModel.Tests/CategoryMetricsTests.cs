using Driftline.Sequences;
using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class CategoryMetricsTests
{
    private const long Day = 86_400_000;

    private static readonly Featuriser Featuriser = new(new FeatureSettings());

    [Fact]
    public void FiguresAreTheHandWorkedOnes()
    {
        // Categories of items 0..3 are Books, Garden, Kitchen, Toys. Last two held out, nobody validates: e is its default of 0.1.
        // a: Books Books, then Books Garden. b: Books Toys at one time, then Toys Toys.
        var data = Data("leave-out:2", ("a", [(0, 0), (0, 0), (0, 1), (1, 2)]), ("b", [(0, 0), (3, 0), (3, 1), (3, 2)]));
        // p: 3 Books and 1 Toys, and half an event each: 3.5, 0.5, 0.5, 1.5 of 6.
        var forecasts = new FixedScores(new Dictionary<string, float[]> { ["a"] = [0.5f, 0.25f, 0.25f, 0], ["b"] = [0.6f, 0, 0, 0.4f] });
        var figures = Forecasts.Measure(forecasts, data, Featuriser, Evaluation.TestCases(data));

        Assert.Equal(2, figures.Cases);
        Assert.Equal(0.1, figures.Mixture);
        Assert.Equal(0.5, figures.Accuracy);                       // a: Books is one of the two largest; b: Books, not Toys
        Assert.Equal(1, figures.Top3Recall);                       // b: Books, Toys, then Garden
        // Books: 1 right, 1 wrong: 2 / 3. Toys: 1 missed: 0.
        Assert.Equal((2.0 / 3 + 0) / 2, figures.MacroF1, 1e-12);
        var kl = (
            0.5 * Math.Log2(0.5 / (0.9 * 0.5 + 0.1 * 3.5 / 6)) + 0.5 * Math.Log2(0.5 / (0.9 * 0.25 + 0.1 * 0.5 / 6)) +
            1 * Math.Log2(1 / (0.9 * 0.4 + 0.1 * 1.5 / 6))) / 2;
        Assert.Equal(kl, figures.KullbackLeibler, 1e-6);
        // a: midpoint 0.5 0.375 0.125 0: (0.5 log2(4/3)) / 2 + (0.25 log2(2/3) + 0.25 log2 2) / 2. b: midpoint 0.3 0 0 0.7.
        var a = 0.5 * Math.Log2(4.0 / 3) / 2 + (0.25 * Math.Log2(2.0 / 3) + 0.25) / 2;
        var b = Math.Log2(1 / 0.7) / 2 + (0.6 + 0.4 * Math.Log2(0.4 / 0.7)) / 2;
        Assert.Equal((a + b) / 2, figures.JensenShannon, 1e-6);
        // a: Books 1 to 0.5, foretold down: right. Garden 0 to 0.5, foretold up: right. b: Books 0.5 to 0, foretold up: wrong. Toys 0.5 to 1, down: wrong.
        Assert.Equal(4, figures.DirectionCells);
        Assert.Equal(0.5, figures.DirectionAccuracy);
    }

    [Fact]
    public void PersistenceForetellsNoChangeAndIsWrongOnEveryOne()
    {
        var data = Data("leave-out:2", ("a", [(0, 0), (0, 0), (0, 1), (1, 2)]));
        var figures = Forecasts.Measure(new Persistence(data, Featuriser), data, Featuriser, Evaluation.TestCases(data));
        Assert.Equal((2, 0.0), (figures.DirectionCells, figures.DirectionAccuracy));
    }

    [Fact]
    public void TheMixtureIsTheBestOfTheGridOnValidation()
    {
        // Everybody's interest is all Books, and what comes is all Toys: only the population helps, so that e is its largest.
        var data = Data("leave-one-out", [.. Enumerable.Range(0, 9).Select(i => ($"u{i}", new[] { (0, 0), (0, 1), (3, 2), (3, 3) }))]);
        var validation = Evaluation.ValidationCases(data, 100);
        var (mixture, kl) = Forecasts.ChooseMixture(new Persistence(data, Featuriser), data, Featuriser, validation);
        Assert.Equal(1, mixture);
        Assert.Equal(Math.Log2(20 / 0.5), kl, 1e-6);               // 18 training events, all Books, and half an event for each of the 4 categories
    }

    [Fact]
    public void MarkovMovesTheInterestToWhatFollows()
    {
        // Books is always followed by Garden and Garden by Books; half-life 0 would be all the last.
        var data = Data("leave-one-out", [.. Enumerable.Range(0, 9).Select(i => ($"u{i}", new[] { (0, 0), (1, 100), (0, 200), (1, 300), (0, 400), (1, 500) }))]);
        var shares = new float[data.Vocabulary.Categories.Count];
        new CategoryMarkov(data, Featuriser).Forecast([data.Users[0].Test!], shares);
        Assert.Equal(1, shares.Sum(), 1e-5);
        Assert.True(shares[1] > 0.85, $"Garden {shares[1]}");
    }

    [Fact]
    public void DecayCountsAnOldEventHalfAHalfLifeAgoHalf()
    {
        var data = Data("leave-one-out", ("a", [(0, 0), (1, 30), (2, 30), (3, 31)]));
        var shares = new float[4];
        new ExponentialDecay(data, Featuriser, halfLifeDays: 30).Forecast([data.Users[0].Test!], shares);
        Assert.Equal([0.2, 0.4, 0.4, 0], shares.Select(share => Math.Round(share, 6)));
    }

    private static TrainingData Data(string name, params (string User, (int Item, int Day)[] Events)[] users)
    {
        var split = Split.Parse(name);
        return TrainingData.Of(
            [.. Enumerable.Range(0, 4).Select(SyntheticStore.Item)],
            [.. users.Select(user => split.Divide(
                user.User, [.. user.Events.Select(e => new EncodedEvent(e.Item + ItemRows.First, SequenceEventType.Click, e.Day * Day))],
                [.. Enumerable.Range(0, user.Events.Length)]))],
            split, "", "");
    }
}
