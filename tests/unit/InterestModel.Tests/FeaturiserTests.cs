using Driftline.Sequences;
using Driftline.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Driftline.InterestModel.Tests;

public sealed class FeaturiserTests(TrainedModel trained)
{
    private const long Day = 86_400_000;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(999, 1)]
    [InlineData(1_000, 2)]
    [InlineData(3_000, 3)]
    [InlineData(Day, 17)]
    [InlineData(-5, 1)]
    [InlineData(long.MaxValue, 32)]
    public void GapsFallIntoBucketsThatDouble(long milliseconds, int bucket) => Assert.Equal(bucket, Featuriser.GapBucket(milliseconds));

    [Fact]
    public void FeaturesAreTheHandWorkedOnes()
    {
        // Thursday 2026-01-01 00:00 and Thursday 2026-01-08 01:00.
        var first = SyntheticStore.Start.ToUnixTimeMilliseconds();
        var batch = new Featuriser(new FeatureSettings()).Build(
        [
            new EncodedEvent[] { new(5, SequenceEventType.Click, first), new(ItemRows.Unknown, SequenceEventType.Review, first + 7 * Day + 3_600_000) },
            new EncodedEvent[] { new(6, SequenceEventType.Purchase, first) },
            ArraySegment<EncodedEvent>.Empty,
        ]);
        Assert.Equal((3, 2), (batch.Users, batch.Length));
        Assert.Equal([5, 1, 6, 0, 0, 0], batch.Items);
        Assert.Equal([1, 4, 3, 0, 0, 0], batch.Types);
        Assert.Equal([0, 20, 0, 0, 0, 0], batch.Gaps);
        Assert.Equal([1, 2, 1, 0, 0, 0], batch.Weeks);
        Assert.Equal([97, 98, 97, 0, 0, 0], batch.Hours);
        Assert.Equal([-7 - 1 / 24f, 0, 0, 0, 0, 0], batch.Days);
        Assert.Equal([2, 1, 0], batch.Lengths);
    }

    [Fact]
    public void OnlyTheNewestEventsAreRead()
    {
        var featuriser = new Featuriser(new FeatureSettings { SequenceLength = 3 });
        var events = Enumerable.Range(2, 10).Select(i => new EncodedEvent(i, SequenceEventType.Click, i * Day)).ToArray();
        Assert.Equal([9, 10, 11], featuriser.Build([events]).Items);
        Assert.Equal(1f, featuriser.ObservedInterest(events, row => row >= 9 ? 0 : 1, 2)[0]);
    }

    [Fact]
    public void ObservedInterestHalvesWithTimeAndWeighsTypes()
    {
        var settings = new FeatureSettings { HalfLifeDays = 30, ClickWeight = 1, PurchaseWeight = 4 };
        EncodedEvent[] events =
        [
            new(2, SequenceEventType.Purchase, 0),       // 4 halved: 2
            new(3, SequenceEventType.Click, 30 * Day),   // 1
            new(4, SequenceEventType.Click, 30 * Day),   // of no category: does not count
        ];
        var shares = new Featuriser(settings).ObservedInterest(events, row => row - 2, 2);
        Assert.Equal(2 / 3.0, shares[0], 1e-6);
        Assert.Equal(1 / 3.0, shares[1], 1e-6);
        Assert.Equal([0f, 0f], new Featuriser(settings).ObservedInterest(events, _ => 2, 2));
    }

    [Fact]
    public void TheNetworksObservedInterestIsTheFeaturisersAtEveryPosition()
    {
        var features = new FeatureSettings { HalfLifeDays = 3 };
        var featuriser = new Featuriser(features);
        var random = new Random(3);
        const int Categories = 3;
        var users = Enumerable.Range(0, 4).Select(n => Enumerable.Range(0, 3 + n).Select(i =>
            new EncodedEvent(random.Next(1, 8), (SequenceEventType)random.Next(1, 5), i * Day * 2)).ToArray()).ToArray();
        static int CategoryOf(int row) => row < ItemRows.First ? Categories : (row - ItemRows.First) % (Categories + 1);

        using var scope = NewDisposeScope();
        using var network = new InterestNetwork(new ModelSettings { Dimensions = 8, HiddenSize = 8, TextDimensions = 8 }, features, 6, Categories);
        var batch = featuriser.Build([.. users.Select(user => (ArraySegment<EncodedEvent>)user)]);
        var category = tensor(batch.Items.Select(row => (long)CategoryOf((int)row)).ToArray(), [batch.Users, batch.Length]);
        var shares = network.ObservedShares(FeatureTensors.Of(batch, CPU), category);
        var oneHot = nn.functional.one_hot(category, Categories + 1).to_type(ScalarType.Float32);
        var observed = shares.matmul(oneHot);                                                       // [B, L, C + 1]
        for (var user = 0; user < users.Length; user++)
        {
            for (var t = 0; t < users[user].Length; t++)
            {
                var expected = featuriser.ObservedInterest(new(users[user], 0, t + 1), CategoryOf, Categories);
                for (var c = 0; c < Categories; c++) Assert.Equal(expected[c], observed[user, t, c].ToSingle(), 1e-5);
            }
        }
    }

    [Fact]
    public void TrainingAndServingSeeTheSameFeatures()
    {
        using var predictor = trained.Load();
        var history = SyntheticStore.Data().Users[0];
        var entries = history.Events.Select((e, i) => new SequenceEntry(e.Time, (ulong)i, e.Type, 1, 0, SyntheticStore.Item(e.Item - ItemRows.First).ItemId));
        Assert.Equal(history.Events, entries.Select(entry => Featuriser.Encode(entry, predictor.RowOf)));
    }

    [Fact]
    public void ServingRanksTheHeldOutItemsAsEvaluationDoes()
    {
        using var predictor = trained.Load();
        var items = predictor.ItemVectors().ToArray();
        var cases = Evaluation.TestCases(SyntheticStore.Data());
        var places = predictor.Predict([.. cases.Select(c => c.Before)]).Zip(cases, (prediction, c) => Ranking.PlacesBefore(
            items.Select(item => item.Vector.Zip(prediction.Embedding, (a, b) => a * b).Sum()
                + prediction.Boosts.FirstOrDefault(boost => boost.ItemId == item.ItemId).Boost).ToArray(), [], c.Relevant[0] - ItemRows.First)).ToArray();
        Assert.Equal(trained.Metrics["test.ndcg@10"], places.Average(before => before < 10 ? 1 / Math.Log2(before + 2) : 0), 1e-3);
    }
}
