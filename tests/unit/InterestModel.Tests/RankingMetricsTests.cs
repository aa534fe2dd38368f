using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class RankingMetricsTests
{
    [Fact]
    public void EqualScoresAreRankedByIndex()
    {
        float[] scores = [1, 3, 2, 3, 2];
        Assert.Equal([4, 0, 2, 1, 3], Enumerable.Range(0, 5).Select(item => Ranking.PlacesBefore(scores, [], item)));
        Assert.Equal([1, 3, 2, 4, 0], Top(scores, []));
        Assert.Equal([3, 4, 0], Top(scores, [false, true, true, false, false]));

        static int[] Top(float[] scores, bool[] excluded)
        {
            var top = new int[scores.Length];
            return top[..Ranking.Top(scores, excluded, top)];
        }
    }

    [Fact]
    public void PopularityCountsTrainingEventsOnly()
    {
        // Items 0 and 1 are held out at the end of each history; items 2 and 3 are what training sees, 3 more often.
        var data = TrainingData.Of(
            [.. Enumerable.Range(0, 4).Select(SyntheticStore.Item)],
            [.. Enumerable.Range(0, 20).Select(user => Split.LeaveOneOut.Divide($"u{user}", [Event(3), Event(user % 2 == 0 ? 2 : 3), Event(1), Event(0)], [0, 1, 2, 3]))],
            Split.LeaveOneOut, "", "");
        Assert.Equal([0, 0, 10, 30], data.TrainingCounts);
        // Item 0 comes after 3 and 2, and before its equal 1: third place, 1 / log2(4).
        Assert.Equal(0.5, Evaluation.Popularity(data, Evaluation.TestCases(data)).Ndcg, 1e-12);
        static EncodedEvent Event(int item) => new(item + ItemRows.First, Sequences.SequenceEventType.Click, 0);
    }
}
