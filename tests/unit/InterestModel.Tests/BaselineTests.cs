using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class BaselineTests
{
    private const long Day = 86_400_000;

    [Fact]
    public void OwnHistoryRanksByCountThenByTheLastTime() =>
        Assert.Equal([1, 2, 0, 3, 4], Ranked(new OwnHistory(Data), Case(Data, "asks")));

    [Fact]
    public void RecentPopularityCountsTheSevenDaysBeforeTheQuestion()
    {
        var baseline = new RecentPopularity(Data);
        // Before day 40 only the last week counts (item 3, then 4); asked as of day 20 only days 14 to 20 do (item 2); both in either order.
        foreach (var _ in Enumerable.Range(0, 2))
        {
            Assert.Equal(3, Ranked(baseline, Case(Data, "asks"))[0]);
            Assert.Equal(2, Ranked(baseline, new EvaluationCase(Data.Users[0], 1, [2], 2, 20 * Day))[0]);
            Assert.Equal(0, Ranked(baseline, new EvaluationCase(Data.Users[0], 1, [2], 2, -Day))[0]); // none yet: all of training decides
        }
    }

    [Fact]
    public void CountsOfTheLastItemArePairsOfNeighbours()
    {
        // Training events: asks 0 1 2 0 1 2 1, other 0 0 0 2 3 3 4. Pairs do not cross users; a repetition is a pair too.
        var occurrences = Occurrences.OfItems(Data);
        Assert.Equal([(1, 3f), (0, 2f), (3, 1f)], Cells(occurrences.Neighbours(1, 10), 2));
        Assert.Equal([(0, 1f), (1, 1f), (3, 1f)], Cells(occurrences.Followers(10), 2));
        Assert.Equal([(0, 2f), (1, 2f), (2, 1f)], Cells(occurrences.Followers(10), 0));
        Assert.Empty(Cells(occurrences.Followers(10), 4));
        Assert.Equal([(1, 3f)], Cells(occurrences.Neighbours(1, keep: 1), 2));

        static IEnumerable<(int, float)> Cells(SparseRows rows, int row) => rows[row].Columns.Zip(rows[row].Values);
    }

    [Fact]
    public void SimilarItemsShareOrders()
    {
        // Orders {0,1}, {0,1}, {2,3}, {0,3}: c01 = 2, n0 = 3, n1 = 2, so 2 / sqrt 6; c03 = 1, n3 = 2, so 1 / sqrt 6.
        var data = Of(Split.LeaveOneOut, ("a", [(0, 0), (1, 0), (0, 1), (1, 1), (4, 2), (4, 3)]), ("b", [(2, 0), (3, 0), (0, 1), (3, 1), (4, 2), (4, 3)]));
        var baseline = new ItemNeighbours(data);
        var scores = new float[5];
        var user = Split.LeaveOneOut.Divide("c", [Event(0, 0), Event(4, 9)], [0, 1]);
        baseline.Score([user.Test!], scores);
        Assert.Equal(2 / Math.Sqrt(6), scores[1], 1e-5);
        Assert.Equal(1 / Math.Sqrt(6), scores[3], 1e-5);
        Assert.InRange(scores[2], 0, 1e-5);
    }

    [Theory]
    [InlineData("leave-one-out", "popularity", 0.020, 0.030, "hr@10", 0.040, 0.055)]
    [InlineData("leave-one-out", "last-item co-occurrence", 0.18, 0.22, "hr@10", 0.26, 0.32)]
    [InlineData("time:2011-09-01", "own history", 0.27, 0.30, "hr@10", 0.70, 0.78)]
    [InlineData("time:2011-09-01", "item-kNN by session", 0.070, 0.085, "new.hr@10", 0.34, 0.40)]
    public void BaselinesReachOnRealPurchasesWhatOthersCounted(string split, string name, double least, double most, string metric, double leastHit, double mostHit)
    {
        var data = TrainingData.Read(Needs.Data("online-retail"), Split.Parse(split));
        var ranker = BaselineSet.Items(data).Single(baseline => baseline.Name == name);
        var figures = Evaluation.Items(ranker, data, Evaluation.TestCases(data)).Named().ToDictionary();
        Assert.InRange(figures[metric.Replace("hr", "ndcg", StringComparison.Ordinal)], least, most);
        Assert.InRange(figures[metric], leastHit, mostHit);
    }

    private static TrainingData Data { get; } = Of(
        Split.Parse("time:1970-02-10"),
        ("asks", [(0, 0), (1, 15), (2, 16), (0, 17), (1, 20), (2, 20), (1, 30), (4, 41)]),
        ("other", [(0, 1), (0, 2), (0, 3), (2, 19), (3, 35), (3, 36), (4, 37), (4, 42)]));

    private static EvaluationCase Case(TrainingData data, string user) => data.Users.Single(u => u.UserId == user).Test!;

    private static int[] Ranked(IItemRanker ranker, EvaluationCase asked)
    {
        var scores = new float[5];
        ranker.Score([asked], scores);
        var top = new int[5];
        Ranking.Top(scores, [], top);
        return top;
    }

    private static EncodedEvent Event(int item, int day) => new(item + ItemRows.First, Sequences.SequenceEventType.Click, day * Day);

    // Events of one day are one order.
    private static TrainingData Of(Split split, params (string User, (int Item, int Day)[] Events)[] users) => TrainingData.Of(
        [.. Enumerable.Range(0, 5).Select(SyntheticStore.Item)],
        [.. users.Select(user => split.Divide(
            user.User, [.. user.Events.Select(e => Event(e.Item, e.Day))],
            [.. user.Events.Select(e => user.Events.Where(other => other.Day < e.Day).Select(other => other.Day).Distinct().Count())]))],
        split, "", "");
}
