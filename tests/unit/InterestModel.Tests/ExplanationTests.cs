using Driftline.Sequences;
using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class ExplanationTests(TrainedModel trained)
{
    private const int LeastUsers = 200;

    [Fact]
    public void ADeltaIsWhatPredictingWithoutTheEventGives()
    {
        using var predictor = trained.Load();
        var sequence = SyntheticStore.Sequence(0, 7, 20, 27);
        string[] items = [SyntheticStore.Item(34).ItemId, SyntheticStore.Item(1).ItemId];
        var explanation = predictor.Explain(sequence, items, ["Kitchen"]);
        var full = predictor.Predict([sequence])[0];
        Assert.Equal(["Kitchen"], explanation.Categories.Select(one => one.Target));
        Assert.Equal(items, explanation.Items.Select(one => one.Target));
        for (var left = 0; left < sequence.Length; left++)
        {
            var without = predictor.Predict([(SequenceEntry[])[.. sequence.Where((_, i) => i != left)]])[0];
            Assert.Equal(full.Next[2] - without.Next[2], explanation.Categories[0].Events[left].Delta, 1e-4);
            Assert.Equal(Drifts.JensenShannon(full.Next, without.Next), explanation.Forecast.Events[left].Delta, 1e-4);
            foreach (var item in explanation.Items)
                Assert.Equal(Score(predictor, full, item.Target) - Score(predictor, without, item.Target), item.Events[left].Delta, 1e-3);
        }
    }

    [Fact]
    public void SharesAreThePositivePartsAndAddUp()
    {
        using var predictor = trained.Load();
        var explanation = predictor.Explain(SyntheticStore.Sequence(3, 10, 17, 24), [SyntheticStore.Item(31).ItemId], ["Books", "Toys"]);
        foreach (var one in explanation.Items.Concat(explanation.Categories).Append(explanation.Forecast))
        {
            Assert.Equal(one.Events.Any(e => e.Delta > 0) ? 1 : 0, one.Events.Sum(e => e.Share), 1e-6);
            Assert.All(one.Events, e => Assert.Equal(e.Delta > 0, e.Share > 0));
        }

        Assert.Equal(1, explanation.Items[0].Events.Sum(e => e.Share), 1e-6);
        // The planted habit: what is taken next depends on what was taken last.
        Assert.Equal(3, explanation.Items[0].Events.MaxBy(e => e.Share).Event);
    }

    [Fact]
    public void OnlyTheEventsThatTheModelReadsAreExplained()
    {
        using var predictor = trained.Load();
        var sequence = SyntheticStore.Sequence([.. Enumerable.Range(0, 15).Select(i => 7 * i % SyntheticStore.Items)]);
        var events = predictor.Explain(sequence, [], ["Toys"]).Categories[0].Events;
        Assert.Equal(Enumerable.Range(3, 12), events.Select(e => e.Event));
        Assert.Equal(sequence[3].ItemId, events[0].ItemId);
        Assert.Empty(predictor.Explain([], [], ["Toys"]).Categories[0].Events);
        Assert.Single(predictor.Explain(sequence[..1], [], ["Toys"]).Categories[0].Events);
    }

    [Fact]
    public void OfTheNewestEventsAloneEachDeltaIsWhatItIsAmongAll()
    {
        using var predictor = trained.Load();
        var sequence = SyntheticStore.Sequence(0, 7, 20, 27);
        var all = predictor.Explain(sequence, [SyntheticStore.Item(34).ItemId], ["Kitchen"]);
        var newest = predictor.Explain(sequence, [SyntheticStore.Item(34).ItemId], ["Kitchen"], mostEvents: 2);
        foreach (var (few, many) in newest.Items.Concat(newest.Categories).Zip(all.Items.Concat(all.Categories)))
        {
            Assert.Equal(many.Score, few.Score, 1e-5);
            Assert.Equal(many.Events.TakeLast(2).Select(e => (e.Event, e.ItemId)), few.Events.Select(e => (e.Event, e.ItemId)));
            foreach (var (one, other) in few.Events.Zip(many.Events.TakeLast(2))) Assert.Equal(other.Delta, one.Delta, 1e-4);
        }
    }

    [Fact]
    public void AnItemOrACategoryThatTheModelDoesNotKnowIsNamed()
    {
        using var predictor = trained.Load();
        Assert.Contains("'nothing'", Assert.Throws<ArgumentException>(() => predictor.Explain(SyntheticStore.Sequence(1), ["nothing"], [])).Message, StringComparison.Ordinal);
        Assert.Contains("'Space'", Assert.Throws<ArgumentException>(() => predictor.Explain(SyntheticStore.Sequence(1), [], ["Space"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OnRealPurchasesDeletingTheTopEventMovesTheScoreMoreThanDeletingARandomOne()
    {
        var data = TrainingData.Read(Needs.Data("ms-store"));
        var config = TrainingConfig.Load(Path.Combine(TrainingConfig.DefaultFolder, "default.json"));
        config = config with { Training = config.Training with { MaxEpochs = 6, LearningRate = 0.005, WarmupSteps = 20, Device = "cpu", Threads = 1 } };
        using var predictor = InterestPredictor.Of(new Trainer(config, data, TimeProvider.System).Train(_ => { }), TorchSharp.torch.CPU);
        var random = new Random(1);
        double top = 0, other = 0;
        int users = 0, more = 0;
        foreach (var user in data.Users.Where(user => user.Events.Length >= 4).Take(300))
        {
            SequenceEntry[] sequence = [.. user.Events.Select(e => new SequenceEntry(e.Time, 0, e.Type, 1, 0, data.Items[e.Item - ItemRows.First].ItemId))];
            var prediction = predictor.Predict([sequence])[0];
            var item = data.Items.MaxBy(one => Score(predictor, prediction, one.ItemId))!.ItemId;
            var events = predictor.Explain(sequence, [item], []).Items[0].Events;
            var best = events.MaxBy(e => e.Share).Event;
            var any = random.Next(sequence.Length - 1);
            if (any >= best) any++;
            var (one, two) = (Moved(best), Moved(any));
            (top, other, users, more) = (top + one, other + two, users + 1, more + (one > two ? 1 : 0));

            // Judged by predicting again, not by what the explanation says.
            double Moved(int left) => Math.Abs(Score(predictor, prediction, item) - Score(predictor, predictor.Predict([(SequenceEntry[])[.. sequence.Where((_, i) => i != left)]])[0], item));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{users} users: mean move {top / users:F3} against {other / users:F3}, more in {(double)more / users:P1}");
        Assert.True(users >= LeastUsers, $"{users} users");
        Assert.True(top > 1.5 * other, $"mean move {top / users} against {other / users}");
        Assert.True(more > 0.75 * users, $"more in {more} of {users}");
    }

    private static float Score(InterestPredictor predictor, InterestPrediction prediction, string item)
    {
        var vector = Vectors(predictor)[item];
        return vector.Zip(prediction.Embedding, (a, b) => a * b).Sum() + prediction.Boosts.FirstOrDefault(boost => boost.ItemId == item).Boost;
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<InterestPredictor, Dictionary<string, float[]>> Known = [];

    private static Dictionary<string, float[]> Vectors(InterestPredictor predictor) =>
        Known.GetValue(predictor, one => one.ItemVectors().ToDictionary(item => item.ItemId, item => item.Vector, StringComparer.Ordinal));
}
