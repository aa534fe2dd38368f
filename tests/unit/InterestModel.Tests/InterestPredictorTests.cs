using Driftline.Catalog;
using Driftline.Sequences;
using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class InterestPredictorTests(TrainedModel trained) : IDisposable
{
    private readonly InterestPredictor _predictor = trained.Load();

    public void Dispose() => _predictor.Dispose();

    [Fact]
    public void APredictionIsCompleteAndItsSharesAddUp()
    {
        var prediction = _predictor.Predict([SyntheticStore.Sequence(0, 7, 14, 21)])[0];
        Assert.Equal(["Books", "Garden", "Kitchen", "Toys"], _predictor.Categories);
        Assert.Equal(4, prediction.Current.Length);
        Assert.Equal(1, prediction.Current.Sum(), 1e-4);
        Assert.Equal(1, prediction.Next.Sum(), 1e-4);
        Assert.Equal(_predictor.Dimensions, prediction.Embedding.Length);
        Assert.Equal(Drifts.JensenShannon(prediction.Current, prediction.Next), prediction.Drift);
        Assert.All(prediction.Rising, shift => Assert.True(shift.Delta > 0));
        Assert.All(prediction.Falling, shift => Assert.True(shift.Delta < 0));
    }

    [Fact]
    public void SeveralThreadsPredictWhatOneDoes()
    {
        IReadOnlyList<SequenceEntry>[] users = [.. Enumerable.Range(0, 150).Select(user => SyntheticStore.Sequence([.. Enumerable.Range(0, user % 9).Select(i => (user + 7 * i) % SyntheticStore.Items)]))];
        using var one = InterestPredictor.Of(ModelArtifact.Load(trained.Folder), TorchSharp.torch.CPU, threads: 1);
        using var several = InterestPredictor.Of(ModelArtifact.Load(trained.Folder), TorchSharp.torch.CPU, threads: 4);
        foreach (var (expected, actual) in one.Predict(users).Zip(several.Predict(users)))
        {
            Assert.Equal(expected.Current, actual.Current, (a, b) => Math.Abs(a - b) < 1e-5);
            Assert.Equal(expected.Next, actual.Next, (a, b) => Math.Abs(a - b) < 1e-5);
            Assert.Equal(expected.Embedding, actual.Embedding, (a, b) => Math.Abs(a - b) < 1e-4);
            Assert.Equal(expected.Boosts.ToDictionary(boost => boost.ItemId).Keys.Order(), actual.Boosts.ToDictionary(boost => boost.ItemId).Keys.Order());
            Assert.Equal(expected.Boosts.Sum(boost => boost.Boost), actual.Boosts.Sum(boost => boost.Boost), 1e-2);
            Assert.Equal(expected.Kind, actual.Kind);
        }
    }

    [Fact]
    public void WhatIsWrongWithOneUserOfManyIsToldAsOfOneAlone()
    {
        using var predictor = InterestPredictor.Of(ModelArtifact.Load(trained.Folder), TorchSharp.torch.CPU, threads: 4);
        SequenceEntry[] wrong = [.. SyntheticStore.Sequence(3, 10, 17).Select(entry => entry with { Type = (SequenceEventType)99 })];

        var alone = Assert.ThrowsAny<Exception>(() => predictor.Predict([wrong]));
        var amongMany = Assert.ThrowsAny<Exception>(() => predictor.Predict([.. Enumerable.Repeat(SyntheticStore.Sequence(3, 10, 17), 99), wrong]));
        Assert.IsType(alone.GetType(), amongMany);
    }

    [Fact]
    public void TheEmbeddingRanksThePlantedNextItemFirst()
    {
        var embedding = _predictor.Predict([SyntheticStore.Sequence(3, 10, 17)])[0].Embedding;
        var best = _predictor.ItemVectors().MaxBy(item => item.Vector.Zip(embedding, (a, b) => a * b).Sum());
        Assert.Equal(SyntheticStore.Item(24).ItemId, best.ItemId);
    }

    [Fact]
    public void ServedScoresOrderItemsAsTheEvaluationDoes()
    {
        var data = SyntheticStore.Data();
        using var artifact = ModelArtifact.Load(trained.Folder);
        artifact.Network.Associations.Set(new BlendSettings([0.3f, 0.2f, 0.1f, 0.1f], [0.5f, 0.8f, 0.5f, 0.7f], 0.1f));
        using var ranker = new NetworkRanker("model", artifact.Network, new Featuriser(artifact.Manifest.Features), TorchSharp.torch.CPU);
        using var predictor = InterestPredictor.Of(artifact, TorchSharp.torch.CPU);
        var vectors = predictor.ItemVectors().ToDictionary(item => item.ItemId, item => item.Vector);
        var cases = Evaluation.TestCases(data).Take(50).ToArray();
        var scores = new float[cases.Length * SyntheticStore.Items];
        ranker.Score(cases, scores);
        for (var i = 0; i < cases.Length; i++)
        {
            var prediction = predictor.Predict([cases[i].Before])[0];
            var boosts = prediction.Boosts.ToDictionary(boost => boost.ItemId, boost => boost.Boost);
            Assert.NotEmpty(boosts);
            for (var item = 0; item < SyntheticStore.Items; item++)
            {
                var id = SyntheticStore.Item(item).ItemId;
                var served = vectors[id].Zip(prediction.Embedding, (a, b) => a * b).Sum() + boosts.GetValueOrDefault(id);
                Assert.Equal(scores[i * SyntheticStore.Items + item], served, 1e-3);
            }
        }
    }

    [Fact]
    public void AnItemThatCameLaterIsServedAsTheEvaluationRanksIt()
    {
        CatalogEntry[] later = [.. Enumerable.Range(0, 6).Select(i => SyntheticStore.Item(4 * i) with { ItemId = $"later {i}" })];
        var settings = new BlendSettings([0.3f, 0.2f, 0.1f, 0.1f], [0.5f, 0.8f, 0.5f, 0.7f], 1);
        using var artifact = ModelArtifact.Load(trained.Folder);
        artifact.Network.Associations.Set(settings);
        using var encoder = ItemTexts.Encoder(artifact.Manifest.Architecture);
        var texts = ItemTexts.Encode(later, encoder).CentredBy(artifact.Network.TextMean());
        using var vectors = TorchSharp.torch.tensor(texts.Values, [later.Length, texts.Dimensions]);
        using var ranker = new NetworkRanker("model", artifact.Network, new Featuriser(artifact.Manifest.Features), TorchSharp.torch.CPU, vectors);
        using var predictor = InterestPredictor.Of(artifact, TorchSharp.torch.CPU);
        var registered = Array.ConvertAll(later, item => predictor.RegisterItem(item)!);
        var cases = Evaluation.TestCases(SyntheticStore.Data()).Take(50).ToArray();
        var all = SyntheticStore.Items + later.Length;
        var scores = new float[cases.Length * all];
        ranker.Score(cases, scores);
        var boosted = 0;
        for (var i = 0; i < cases.Length; i++)
        {
            var prediction = predictor.Predict([cases[i].Before])[0];
            for (var item = 0; item < later.Length; item++)
            {
                var boost = prediction.Boosts.SingleOrDefault(one => one.ItemId == later[item].ItemId).Boost;
                if (boost > 0) boosted++;
                Assert.Equal(scores[i * all + SyntheticStore.Items + item], registered[item].Zip(prediction.Embedding, (a, b) => a * b).Sum() + boost, 1e-3);
            }
        }

        Assert.True(boosted > cases.Length, $"{boosted} boosts of later items for {cases.Length} shoppers");
    }

    [Fact]
    public void AnItemThatCameLaterIsBoostedUntilItIsWithdrawnAndAgainWhenItIsBack()
    {
        using var artifact = ModelArtifact.Load(trained.Folder);
        artifact.Network.Associations.Set(new BlendSettings([0.3f, 0.2f, 0.1f, 0.1f], [0.5f, 0.8f, 0.5f, 0.7f], 1));
        using var predictor = InterestPredictor.Of(artifact, TorchSharp.torch.CPU);
        var later = SyntheticStore.Item(8) with { ItemId = "later" };
        var vector = predictor.RegisterItem(later);
        SequenceEntry[] shopper = SyntheticStore.Sequence(1, 8, 15);
        Assert.True(IsBoosted());

        predictor.WithdrawItem(later.ItemId);
        predictor.WithdrawItem("never heard of");
        Assert.False(IsBoosted());

        Assert.Equal(vector, predictor.RegisterItem(later));
        Assert.True(IsBoosted());

        bool IsBoosted() => predictor.Predict([shopper])[0].Boosts.Any(boost => boost.ItemId == later.ItemId);
    }

    [Fact]
    public void AnItemThatCameLaterIsLoweredForWhoHadIt()
    {
        using var artifact = ModelArtifact.Load(trained.Folder);
        artifact.Network.Associations.Set(BlendSettings.NetworkAlone with { Repeat = 0.001f });
        using var predictor = InterestPredictor.Of(artifact, TorchSharp.torch.CPU);
        var later = SyntheticStore.Item(8) with { ItemId = "later" };
        predictor.RegisterItem(later);
        SequenceEntry[] one = [.. SyntheticStore.Sequence(1, 8), SyntheticStore.Entry(later.ItemId, 2)], other = [.. SyntheticStore.Sequence(1, 8, 15)];

        var predictions = predictor.Predict([one, other]);
        Assert.Equal(Math.Log(0.001), predictions[0].Boosts.Single(boost => boost.ItemId == later.ItemId).Boost, 1e-4);
        Assert.DoesNotContain(predictions[1].Boosts, boost => boost.ItemId == later.ItemId);
    }

    [Fact]
    public void WhatTrainingNeverMetSaysNothing()
    {
        // Training met purchases of one winter: in a summer one week is as the next, and a click as an add-to-cart.
        var asked = Predicted(SequenceEventType.Click, 28);
        Assert.Equal(asked, Predicted(SequenceEventType.Click, 35));
        Assert.Equal(asked, Predicted(SequenceEventType.AddToCart, 28));
        Assert.NotEqual(asked, Predicted(SequenceEventType.Purchase, 28));
        Assert.NotEqual(asked, Predicted(SequenceEventType.Click, 0));

        float[] Predicted(SequenceEventType type, int weeks)
        {
            SequenceEntry[] sequence = [.. SyntheticStore.Sequence(1, 8, 15).Select(entry => entry with { Type = type, EventTime = entry.EventTime + (weeks * 7 * 86_400_000L) })];
            return _predictor.Predict([sequence])[0].Embedding;
        }
    }

    [Fact]
    public void AUsersPredictionDoesNotDependOnTheirNeighbours()
    {
        SequenceEntry[][] users = [.. Enumerable.Range(0, 300).Select(i => SyntheticStore.Sequence([.. Enumerable.Range(0, 1 + i % 17).Select(n => (i + 7 * n) % SyntheticStore.Items)]))];
        var order = Enumerable.Range(0, users.Length).ToArray();
        new Random(1).Shuffle(order);
        var straight = _predictor.Predict(users);
        var shuffled = _predictor.Predict([.. order.Select(i => users[i])]);
        for (var i = 0; i < order.Length; i++)
        {
            var expected = straight[order[i]];
            Assert.Equal(expected.Current, shuffled[i].Current);
            for (var d = 0; d < expected.Embedding.Length; d++) Assert.Equal(expected.Embedding[d], shuffled[i].Embedding[d], 1e-4);
            for (var c = 0; c < expected.Next.Length; c++) Assert.Equal(expected.Next[c], shuffled[i].Next[c], 1e-4);
        }
    }

    [Fact]
    public void UnknownItemsAndEmptySequencesAreNoError()
    {
        var predictions = _predictor.Predict([[SyntheticStore.Entry("never heard of", 0)], [], SyntheticStore.Sequence(1)]);
        Assert.All(predictions.Take(2), prediction =>
        {
            Assert.All(prediction.Current, share => Assert.Equal(0, share));
            Assert.Equal(1, prediction.Next.Sum(), 1e-4);
            Assert.Equal(0, prediction.Drift);
            Assert.Empty(prediction.Rising);
        });
        Assert.NotEqual(predictions[0].Embedding, predictions[1].Embedding);
        Assert.Equal(1, predictions[2].Current.Sum());
        Assert.Empty(_predictor.Predict(Array.Empty<IReadOnlyList<SequenceEntry>>()));
    }

    [Fact]
    public void ARegisteredItemCountsInSequencesAndHasAVector()
    {
        var item = new CatalogEntry("new one", "thing99 of Kitchen", ["Kitchen"]);
        IReadOnlyList<SequenceEntry> sequence = [SyntheticStore.Entry("new one", 0)];
        var before = _predictor.Predict([sequence])[0];
        var vector = _predictor.RegisterItem(item);
        var after = _predictor.Predict([sequence])[0];
        Assert.Equal(_predictor.Encode(item), vector);
        Assert.NotEqual(before.Embedding, after.Embedding);
        Assert.Equal([0, 0, 1, 0], after.Current);
        Assert.Equal(("new one", vector), _predictor.ItemVectors().Last());
        Assert.Null(_predictor.RegisterItem(item));
        Assert.NotNull(_predictor.RegisterItem(item with { Title = "another title" }));
        Assert.Equal(SyntheticStore.Items + 1, _predictor.ItemVectors().Count());
    }

    [Fact]
    public void AnItemOfANewCategoryIsTolerated()
    {
        Assert.NotNull(_predictor.RegisterItem(new CatalogEntry("odd", "moon rock", ["Space"])));
        Assert.NotNull(_predictor.RegisterItem(new CatalogEntry("bare", "", [])));
        var prediction = _predictor.Predict([[SyntheticStore.Entry("odd", 0), SyntheticStore.Entry("bare", 1), SyntheticStore.Entry(SyntheticStore.Item(3).ItemId, 1)]])[0];
        Assert.Equal([0, 0, 0, 1], prediction.Current);
        Assert.True(float.IsFinite(prediction.Drift));
    }

    [Fact]
    public void ATrainedItemsVectorIsTheEncodersOfItsOwnText()
    {
        var (id, vector) = _predictor.ItemVectors().Skip(5).First();
        var encoded = _predictor.Encode(SyntheticStore.Item(5));
        Assert.Equal(SyntheticStore.Item(5).ItemId, id);
        for (var d = 0; d < vector.Length; d++) Assert.Equal(vector[d], encoded[d], 1e-5);
        Assert.Null(_predictor.RegisterItem(SyntheticStore.Item(5)));
    }

    [Fact]
    public void NoItemsHaveNoVectors() => Assert.Empty(_predictor.Encode([]));

    [Fact]
    public void MemoryIsFlatOverManyPredictions()
    {
        SequenceEntry[][] users = [.. Enumerable.Range(0, 64).Select(i => SyntheticStore.Sequence([.. Enumerable.Range(0, 12).Select(n => (i + n) % SyntheticStore.Items)]))];
        for (var i = 0; i < 100; i++) _predictor.Predict(users);
        var tensors = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var memory = Environment.WorkingSet;
        for (var i = 0; i < 500; i++)
        {
            _predictor.Predict(users);
            _predictor.RegisterItem(new CatalogEntry("changing", $"title {i}", ["Toys"]));
        }

        Assert.True(TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount <= tensors, "tensors were left behind");
        Assert.True(Environment.WorkingSet - memory < 40_000_000, $"the process grew by {(Environment.WorkingSet - memory) / 1_000_000} MB");
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    public void AnUnknownDeviceIsNamed(string device) =>
        Assert.Contains($"'{device}'", Assert.Throws<ArgumentException>(() => Devices.Resolve(device)).Message, StringComparison.Ordinal);

    [Fact]
    public void CudaThatIsNotThereIsAClearError()
    {
        var missing = TorchSharp.torch.cuda.is_available() ? $"cuda:{TorchSharp.torch.cuda.device_count()}" : "cuda:0";
        Assert.Contains($"'{missing}'", Assert.Throws<InvalidOperationException>(() => Devices.Resolve(missing)).Message, StringComparison.Ordinal);
        Assert.Equal("cpu", Devices.Resolve("cpu").ToString());
    }
}
