using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class RankingMetricsTests
{
    [Fact]
    public void FiguresAreTheHandWorkedOnes()
    {
        // Places 1, 2, 10 and 11: three hits of four; gains 1, 1/log2(3), 1/log2(11), none.
        var metrics = RankingMetrics.Of([0, 1, 9, 10]);
        Assert.Equal(0.75, metrics.HitRate, 1e-12);
        Assert.Equal((1 + 0.6309297535714575 + 0.2890648263178878) / 4, metrics.Ndcg, 1e-12);
        Assert.Equal(new RankingMetrics(0, 0, 0), RankingMetrics.Of([]));
    }

    [Fact]
    public void EqualScoresAreRankedByIndex()
    {
        float[] scores = [1, 3, 2, 3, 2];
        Assert.Equal([4, 0, 2, 1, 3], Enumerable.Range(0, 5).Select(item => RankingMetrics.RankOf(scores, item)));
    }

    [Fact]
    public void PopularityCountsTrainingEventsOnly()
    {
        // Items 0 and 1 are held out at the end of each history; items 2 and 3 are what training sees, 3 more often.
        var data = TrainingData.Of(
            [.. Enumerable.Range(0, 4).Select(SyntheticStore.Item)],
            [.. Enumerable.Range(0, 20).Select(user => new UserHistory($"u{user}", [Event(3), Event(user % 2 == 0 ? 2 : 3), Event(1), Event(0)], 2))],
            "", "");
        Assert.Equal([0, 0, 10, 30], data.TrainingCounts);
        // Item 0 comes after 3 and 2, and before its equal 1: third place, 1 / log2(4).
        Assert.Equal(0.5, Evaluation.Popularity(data, Evaluation.TestCases(data)).Ndcg, 1e-12);
        static EncodedEvent Event(int item) => new(item + ItemRows.First, Sequences.SequenceEventType.Click, 0);
    }
}
