using System.Runtime.CompilerServices;
using Driftline.Catalog;
using Driftline.Sequences;
using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

/// <summary>A prediction that goes on from the last one is the prediction of the whole sequence.</summary>
public sealed class CarriedStateTests(TrainedModel trained)
{
    private static readonly int Window = SyntheticStore.Config.Features.SequenceLength;

    [Theory]
    [InlineData("lru")]
    [InlineData("gru")]
    [InlineData("lstm")]
    public void GoingOnGivesWhatTheWholeSequenceGives(string encoder)
    {
        using var predictor = Predictor(encoder);
        var random = new Random(3);
        SequenceEntry[][] users = [.. Enumerable.Range(0, 40).Select(_ => History(random, random.Next(1, Window + 1)))];
        var told = new int[users.Length];
        var states = new CarriedState?[users.Length];
        while (Enumerable.Range(0, users.Length).Where(i => told[i] < users[i].Length).ToArray() is { Length: > 0 } active)
        {
            var news = Array.ConvertAll(active, i => users[i][told[i]..Math.Min(users[i].Length, told[i] + random.Next(1, 4))]);
            foreach (var (i, entries) in active.Zip(news)) told[i] += entries.Length;
            var carried = predictor.Predict([.. active.Select((i, at) => new UserToPredict(news[at], After: states[i]))]);
            var whole = predictor.Predict([.. active.Select(i => users[i][..told[i]])]);
            for (var at = 0; at < active.Length; at++)
            {
                Same(whole[at], carried[at].Prediction, 1e-5);
                states[active[at]] = carried[at].State;
                Assert.NotNull(states[active[at]]);
            }
        }
    }

    [Fact]
    public void AStateThatIsKeptDoesNotKeepAReplacedModelInMemory()
    {
        var (predictor, state) = Replaced();
        GC.Collect();
        Assert.False(predictor.IsAlive);
        GC.KeepAlive(state);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static (WeakReference Predictor, CarriedState State) Replaced()
        {
            using var predictor = Predictor("lru");
            return (new WeakReference(predictor), predictor.Predict([new UserToPredict(SyntheticStore.Sequence(1, 8, 15))])[0].State!);
        }
    }

    [Fact]
    public void WithNothingNewTheSameIsPredictedAgain()
    {
        using var predictor = Predictor("lru");
        var (first, state) = predictor.Predict([new UserToPredict(SyntheticStore.Sequence(1, 8, 15))])[0];
        var (again, _) = predictor.Predict([new UserToPredict([], After: state)])[0];
        Assert.Equal(first.Embedding, again.Embedding);
        Assert.Equal(first.Next, again.Next);
        Assert.Equal(first.Boosts, again.Boosts);
    }

    [Fact]
    public void BeyondTheWindowOnlyTheEncoderRemembersMoreAndNotForLong()
    {
        using var predictor = Predictor("lru");
        var random = new Random(4);
        var history = History(random, 6 * Window);
        var state = predictor.Predict([new UserToPredict(history[..Window])])[0].State!;
        var (wholes, furthest) = (0, 0.0);
        for (var end = Window + 1; end <= history.Length; end++)
        {
            var whole = predictor.Predict([history[..end]])[0];
            var goesOn = predictor.Continues(state, 1, null);
            if (!goesOn) wholes++;
            var (prediction, next) = predictor.Predict([goesOn ? new UserToPredict(history[(end - 1)..end], After: state) : new UserToPredict(history[..end])])[0];
            state = next!;
            for (var c = 0; c < whole.Current.Length; c++) Assert.Equal(whole.Current[c], prediction.Current[c], 1e-5);
            Assert.Equal(whole.Boosts.Select(boost => boost.ItemId).Order(), prediction.Boosts.Select(boost => boost.ItemId).Order());
            furthest = Math.Max(furthest, Drifts.JensenShannon(whole.Next, prediction.Next));
        }

        Assert.Equal(4, wholes); // at every window's length of events the state is made anew
        Assert.InRange(furthest, 0, 0.05);
    }

    [Fact]
    public void AStateIsNotGoneOnFromOnceWhatItWasMadeOfHasChanged()
    {
        using var predictor = Predictor("lru");
        using var other = Predictor("lru");
        var sequence = SyntheticStore.Sequence(1, 8, 15);
        CarriedState Fresh(params SequenceEntry[] more) => predictor.Predict([new UserToPredict([.. sequence, .. more])])[0].State!;
        var (known, unknown) = (Fresh(), Fresh(SyntheticStore.Entry("soon there", 9)));
        Assert.True(predictor.Continues(known, 1, null));
        Assert.False(other.Continues(known, 1, null));
        Assert.False(predictor.Continues(known, Window, null));

        predictor.RegisterItem(new CatalogEntry("soon there", "thing77 of Toys", ["Toys"]));
        Assert.True(predictor.Continues(known, 1, null));
        Assert.False(predictor.Continues(unknown, 1, null));
        predictor.RegisterItem(SyntheticStore.Item(8) with { Title = "renamed" });
        Assert.False(predictor.Continues(known, 1, null));
        Assert.True(predictor.Continues(Fresh(), 1, null));
        Assert.Throws<ArgumentException>(() => predictor.Predict([new UserToPredict([], After: known)]));
    }

    [Fact]
    public void AnEncoderThatReadsAWholeWindowKeepsNothing()
    {
        using var predictor = Predictor("transformer");
        Assert.False(predictor.CarriesState);
        Assert.Null(predictor.Predict([new UserToPredict(SyntheticStore.Sequence(1, 8))])[0].State);
    }

    [Fact]
    public void AUserOfWhomNothingIsKnownHasNoState() =>
        Assert.Null(trained.Load().Predict([new UserToPredict([])])[0].State);

    [Theory]
    [InlineData("lru")]
    [InlineData("bigru")]
    public void ServingForecastsWhatTheEvaluationForecasts(string encoder)
    {
        using var artifact = Model(encoder);
        using var ranker = new NetworkRanker("model", artifact.Network, new Featuriser(artifact.Manifest.Features), TorchSharp.torch.CPU);
        var cases = Evaluation.TestCases(SyntheticStore.Data()).Take(50).ToArray();
        var expected = new float[cases.Length * artifact.Manifest.Categories.Count];
        ranker.Forecast(cases, expected);
        using var predictor = InterestPredictor.Of(artifact, TorchSharp.torch.CPU);
        var served = predictor.Predict([.. cases.Select(c => c.Before)]).SelectMany(prediction => prediction.Next).ToArray();
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], served[i], 1e-5);
    }

    private static InterestPredictor Predictor(string encoder) => InterestPredictor.Of(Model(encoder), TorchSharp.torch.CPU);

    // Two layers, hardly trained: what is compared holds for any weights.
    private static ModelArtifact Model(string encoder)
    {
        var config = SyntheticStore.Config with
        {
            Model = SyntheticStore.Config.Model with { Encoder = encoder, Layers = 2 },
            Training = SyntheticStore.Config.Training with { MaxEpochs = 2 },
        };
        return new Trainer(config, SyntheticStore.Data(), TimeProvider.System).Train(_ => { });
    }

    // Irregular gaps, and now and then an item that the model does not know.
    private static SequenceEntry[] History(Random random, int length)
    {
        var time = SyntheticStore.Start;
        return [.. Enumerable.Range(0, length).Select(i => SyntheticStore.Entry(random.Next(8) == 0 ? "unknown" : SyntheticStore.Item(random.Next(SyntheticStore.Items)).ItemId, 0) with
        {
            EventTime = (time += TimeSpan.FromMinutes(random.Next(5) == 0 ? 0 : Math.Pow(10, random.NextDouble() * 4))).ToUnixTimeMilliseconds(),
            Type = (SequenceEventType)random.Next(1, 5),
        })];
    }

    private static void Same(InterestPrediction expected, InterestPrediction actual, double tolerance)
    {
        foreach (var (one, other) in ((float[], float[])[])[(expected.Current, actual.Current), (expected.Next, actual.Next), (expected.Embedding, actual.Embedding)])
        {
            for (var i = 0; i < one.Length; i++) Assert.Equal(one[i], other[i], tolerance * Math.Max(1, Math.Abs(one[i])));
        }

        Assert.Equal(expected.Kind, actual.Kind);
        var boosts = expected.Boosts.ToDictionary(boost => boost.ItemId, boost => boost.Boost);
        Assert.Equal(boosts.Keys.Order(), actual.Boosts.Select(boost => boost.ItemId).Order());
        Assert.All(actual.Boosts, boost => Assert.Equal(boosts[boost.ItemId], boost.Boost, 1e-3));
    }
}
