using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class ItemMetricsTests
{
    [Fact]
    public void FiguresAreTheHandWorkedOnes()
    {
        // Twelve items; two events each are held out for test and two for validation. Training events: a: 0 0, b: 1 0.
        var split = Split.Parse("leave-out:2");
        var data = Data(12, split, ("a", [0, 0, 1, 2, 3, 0]), ("b", [1, 0, 4, 5, 11, 11]));
        Assert.Equal([3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], data.TrainingCounts);
        // a: 5 first, 3 second, then 0, 1, 2, 4, 6.. by index. Relevant 3 (place 2) and 0 (place 3).
        // b: by index but 11 last, after 1..10 and 0. Relevant 11 (place 12).
        var ranker = new FixedScores(new Dictionary<string, float[]>
        {
            ["a"] = [1, 1, 1, 8, 1, 9, 1, 1, 1, 1, 1, 1],
            ["b"] = [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0],
        });
        var (all, isNew) = Evaluation.Items(ranker, data, Evaluation.TestCases(data));

        Assert.Equal(2, all.Cases);
        Assert.Equal([0, 0.5, 0.5, 1], all.HitRate);                                             // k = 1, 5, 10, 20
        const double Gain = 0.6309297535714575 + 0.5, Ideal = 1 + 0.6309297535714575;            // 1/log2(3) + 1/log2(4); 1 + 1/log2(3)
        Equal([0, Gain / Ideal / 2, Gain / Ideal / 2, (Gain / Ideal + 0.27023815442731974) / 2], all.Ndcg); // place 12: 1/log2(13)
        Assert.Equal(0.5, all.Recall);
        Assert.Equal((1.0 / 2 + 1.0 / 12) / 2, all.Mrr, 1e-12);
        // a's ten: 5 3 0 1 2 4 6 7 8 9; b's ten: 1..10. Item 11 is nobody's.
        Assert.Equal(11 / 12.0, all.Coverage, 1e-12);
        // Recommended: a (3 + 1) / 10, b 1 / 10. Known: a (0 0 1 2) 7 / 4, b (1 0 4 5) 4 / 4.
        Assert.Equal((0.4 + 0.1) / (1.75 + 1), all.PopularityRatio, 1e-12);

        // New to a: 3, behind 5, and 0 1 2 are left out. New to b: 11, last of the eight that are left.
        Assert.Equal(2, isNew.Cases);
        Assert.Equal([0, 1, 1, 1], [isNew.HitRate[0], isNew.HitRate[1] * 2, isNew.HitRate[2], isNew.HitRate[3]]);
        Assert.Equal((0.6309297535714575 + 0.31546487678572877) / 2, isNew.Ndcg10, 1e-12);       // 1/log2(3) and 1/log2(9)
        Assert.Equal((1.0 / 2 + 1.0 / 8) / 2, isNew.Mrr, 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void FiguresAreThoseOfTheDefinitions(int seed)
    {
        var random = new Random(seed);
        const int Items = 35;
        var split = Split.Parse("leave-out:4");
        var data = Data(Items, split, [.. Enumerable.Range(0, 300).Select(user => (
            $"u{user}", Enumerable.Range(0, random.Next(9, 30)).Select(_ => (int)(Items * Math.Pow(random.NextDouble(), 2))).ToArray()))]);
        // Scores of few values, so that many are equal.
        var scores = data.Users.ToDictionary(user => user.UserId, _ => Enumerable.Range(0, Items).Select(_ => (float)random.Next(8)).ToArray());
        var cases = Evaluation.TestCases(data);
        Assert.True(cases.Count > Evaluation.CasesPerPass);
        var metrics = Evaluation.Items(new FixedScores(scores), data, cases);
        Equal(Definitions(data, cases, scores, onlyNew: false), metrics.All);
        Equal(Definitions(data, cases, scores, onlyNew: true), metrics.New);
        Assert.InRange(metrics.New.Cases, 1, metrics.All.Cases - 1);
    }

    [Fact]
    public void ASampledRankingLeavesTheOthersOut()
    {
        var data = Data(50, Split.LeaveOneOut, ("a", [0, 1, 2, 3]), ("b", [0, 1, 2, 4]));
        var last = new FixedScores(data.Users.ToDictionary(user => user.UserId, user => Enumerable.Range(0, 50)
            .Select(i => i == user.Events[^1].Item - ItemRows.First ? 0f : 1).ToArray()));
        Assert.Equal(1 / 50.0, Evaluation.Items(last, data, Evaluation.TestCases(data)).All.Mrr, 1e-12);
        Assert.Equal(1 / 8.0, Evaluation.Items(last, data, Evaluation.TestCases(data), sampledNegatives: 7).All.Mrr, 1e-12);
    }

    [Fact]
    public void AScoreThatIsNoNumberIsRefused()
    {
        var data = Data(3, Split.LeaveOneOut, ("a", [0, 1, 2, 0]));
        var broken = new FixedScores(new Dictionary<string, float[]> { ["a"] = [0, float.NaN, 1] });
        Assert.ThrowsAny<Exception>(() => Evaluation.Items(broken, data, Evaluation.TestCases(data)));
    }

    // Written from the definitions, with sorting, and sharing nothing with what is tested.
    private static (double[] Hr, double[] Ndcg, double Recall, double Mrr, double Coverage, double Ratio, int Cases) Definitions(
        TrainingData data, IReadOnlyList<EvaluationCase> cases, Dictionary<string, float[]> scores, bool onlyNew)
    {
        int[] cutoffs = [1, 5, 10, 20];
        var (hr, ndcg) = (new double[4], new double[4]);
        double recall = 0, mrr = 0, recommended = 0, profile = 0;
        var covered = new HashSet<int>();
        var counts = Enumerable.Range(0, data.Items.Count).Select(i => data.Users.Sum(user => user.Events.Take(user.TrainingEvents).Count(e => e.Item - 2 == i))).ToArray();
        var n = 0;
        foreach (var asked in cases)
        {
            var known = asked.User.Events.Take(asked.User.Events.Length - 4).Select(e => e.Item - 2).ToArray();
            var relevant = asked.User.Events.TakeLast(4).Select(e => e.Item - 2).Where(i => !onlyNew || !known.Contains(i)).ToHashSet();
            if (relevant.Count == 0) continue;
            n++;
            var ranked = Enumerable.Range(0, data.Items.Count).Where(i => !onlyNew || !known.Contains(i))
                .OrderByDescending(i => scores[asked.User.UserId][i]).ThenBy(i => i).ToList();
            for (var k = 0; k < 4; k++)
            {
                hr[k] += ranked.Take(cutoffs[k]).Any(relevant.Contains) ? 1 : 0;
                var dcg = ranked.Take(cutoffs[k]).Select((item, place) => relevant.Contains(item) ? Math.Log(2) / Math.Log(place + 2) : 0).Sum();
                var ideal = Enumerable.Range(1, Math.Min(cutoffs[k], relevant.Count)).Sum(place => Math.Log(2) / Math.Log(1 + place));
                ndcg[k] += dcg / ideal;
            }

            recall += (double)ranked.Take(10).Intersect(relevant).Count() / relevant.Count;
            mrr += 1.0 / (1 + ranked.FindIndex(relevant.Contains));
            covered.UnionWith(ranked.Take(10));
            recommended += ranked.Take(10).Average(i => counts[i]);
            profile += known.Average(i => counts[i]);
        }

        return ([.. hr.Select(x => x / n)], [.. ndcg.Select(x => x / n)], recall / n, mrr / n, (double)covered.Count / data.Items.Count, recommended / profile, n);
    }

    private static void Equal((double[] Hr, double[] Ndcg, double Recall, double Mrr, double Coverage, double Ratio, int Cases) expected, ItemFigures figures)
    {
        Assert.Equal(expected.Cases, figures.Cases);
        Equal(expected.Hr, figures.HitRate);
        Equal(expected.Ndcg, figures.Ndcg);
        Equal(
            [expected.Recall, expected.Mrr, expected.Coverage, expected.Ratio],
            [figures.Recall, figures.Mrr, figures.Coverage, figures.PopularityRatio]);
    }

    private static void Equal(double[] expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        foreach (var (a, b) in expected.Zip(actual)) Assert.Equal(a, b, 1e-9);
    }

    private static TrainingData Data(int items, Split split, params (string User, int[] Items)[] users) => TrainingData.Of(
        [.. Enumerable.Range(0, items).Select(SyntheticStore.Item)],
        [.. users.Select(user => split.Divide(
            user.User, [.. user.Items.Select((item, i) => new EncodedEvent(item + ItemRows.First, Sequences.SequenceEventType.Purchase, i))],
            [.. Enumerable.Range(0, user.Items.Length)]))],
        split, "", "");
}
