using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class ColdItemTests
{
    [Fact]
    public void ColdItemsAreFoundByTheirTexts()
    {
        var split = ColdSplit.Of(ThemeStore.Data("north"), 20, seed: 3);
        var config = ThemeStore.Config with { Model = ThemeStore.Config.Model with { IdDropout = 0.5 } };
        var table = new ResultsTable("Cold items");
        ColdCommand.Add(table, split, config, one => new Trainer(config, one.Training, TimeProvider.System).Train(_ => { }));
        var (model, random) = ("lru, cold items by text", "random");
        Assert.True(table[model, "recall@10"]!.Mean > 2 * table[random, "recall@10"]!.Mean, table.Plain());
        Assert.True(table[model, "cold.ndcg@10"]!.Mean > 1.3 * table[random, "cold.ndcg@10"]!.Mean, table.Plain());
        Assert.Equal(0, table["popularity", "recall@10"]!.Mean);
        Assert.Equal(12, table[model, "cold-items"]!.Mean);
    }

    [Fact]
    public void ColdItemsAreInNoTrainingEventAndInNoHistory()
    {
        var data = ThemeStore.Data("north");
        var split = ColdSplit.Of(data, 20, seed: 3);
        Assert.Equal(ThemeStore.Items - 12, split.Warm);
        Assert.Equal(split.Warm, split.Training.Items.Count);
        Assert.Equal(split.Training.Items.Select(item => item.ItemId), split.All.Items.Take(split.Warm).Select(item => item.ItemId));
        var firstCold = split.Warm + ItemRows.First;
        Assert.All(split.Training.Users, user => Assert.All(user.Events, e => Assert.True(e.Item < firstCold)));
        Assert.All(split.All.TrainingCounts.Skip(split.Warm), count => Assert.Equal(0, count));
        var cases = Evaluation.TestCases(split.All);
        Assert.NotEmpty(cases);
        Assert.All(cases, asked =>
        {
            Assert.True(asked.Relevant.Single() >= firstCold);
            Assert.All(asked.Before, e => Assert.True(e.Item < firstCold));
        });
    }

    [Fact]
    public void TheTestIsAUsersLastColdEventAndNothingLaterIsLearntFrom()
    {
        var data = ThemeStore.Data("north");
        var split = ColdSplit.Of(data, 20, seed: 3);
        var cold = split.All.Items.Skip(split.Warm).Select(item => item.ItemId).ToHashSet();
        var training = split.Training.Users.ToDictionary(user => user.UserId);
        var tests = Evaluation.TestCases(split.All).ToDictionary(asked => asked.User.UserId);
        foreach (var user in data.Users)
        {
            string IdOf(EncodedEvent e) => data.Items[e.Item - ItemRows.First].ItemId;
            var last = Array.FindLastIndex(user.Events, e => cold.Contains(IdOf(e)));
            var before = user.Events.Take(last < 0 ? user.Events.Length : last).Where(e => !cold.Contains(IdOf(e))).ToArray();
            Assert.Equal(last >= 0 && before.Length > 0, tests.ContainsKey(user.UserId));
            if (!tests.TryGetValue(user.UserId, out var asked)) continue;
            Assert.Equal(IdOf(user.Events[last]), split.All.Items[asked.Relevant[0] - ItemRows.First].ItemId);
            Assert.Equal(before.Select(e => e.Time), training[user.UserId].Events.Select(e => e.Time));
            Assert.Equal(before.Length, asked.Known);
        }
    }

    [Fact]
    public void FiguresAreThoseOfTheDefinitions()
    {
        var split = ColdSplit.Of(ThemeStore.Data("north"), 20, seed: 3);
        var figures = ColdFigures.Of(new LastOfAll(split.All.Items.Count), split).ToDictionary();
        Assert.Equal(0, figures["recall@10"]);
        Assert.Equal(1, figures["recall@50"], 1e-9); // 48 items are above it
        Assert.Equal(0, figures["ndcg@10"]);
        Assert.Equal(1, figures["cold.ndcg@10"]);
    }

    // Scores the relevant item after every warm item and before every other cold one.
    private sealed class LastOfAll(int items) : IItemRanker
    {
        public string Name => "last of all";

        public void Score(IReadOnlyList<EvaluationCase> cases, Span<float> scores)
        {
            for (var i = 0; i < cases.Count; i++)
            {
                var row = scores.Slice(i * items, items);
                for (var item = 0; item < items; item++) row[item] = item < items - 12 ? 3 : 1;
                row[cases[i].Relevant[0] - ItemRows.First] = 2;
            }
        }
    }
}
