using driftline.events;
using Driftline.Recommender.Api;
using Driftline.Recommender.Interests;
using Driftline.Streaming;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

public sealed class ApplyInterestsTests
{
    [Fact]
    public void OnlyTheNewestRecordOfEachUserIsKeptAndATombstoneIsOne()
    {
        Received<InterestUpdated>[] batch =
        [
            Record("a", InterestsOf("a", "m1", 1), 0), Record("b", InterestsOf("b", "m1", 1), 1), Record("a", InterestsOf("a", "m2", 1), 2), Record<InterestUpdated>("b", null, 3),
        ];
        var (outcomes, newest) = ApplyInterests.Coalesce(batch);
        Assert.All(outcomes, outcome => Assert.False(outcome.IsRejected));
        Assert.Equal(4, outcomes.Length);
        Assert.Equal("m2", newest["a"].Value!.modelVersion);
        Assert.Null(newest["b"].Bytes);
        Assert.Equal(2, newest.Count);
    }

    [Fact]
    public void AMomentKeepsWhatWasLargeThoughItGoes()
    {
        var update = InterestsOf("a", "m1", 1);
        update.interests = [.. Enumerable.Range(0, 11).Select(i => new CategoryInterest { category = $"c{i}", current = 0.03f, next = 0.09f - i / 1000f }), new CategoryInterest { category = "cameras", current = 0.6f, next = 0.02f }];
        Assert.Equal([.. Enumerable.Range(0, 9).Select(i => $"c{i}"), "cameras"], InterestMoment.From(update).Interests.Select(interest => interest.Category));
    }

    [Fact]
    public void ABadRecordIsRejectedWithItsFieldAndTheOlderGoodOneStays()
    {
        var nan = InterestsOf("a", "m1", 1, float.NaN);
        var share = InterestsOf("a", "m1", 1);
        share.interests[0].next = float.PositiveInfinity;
        var (outcomes, newest) = ApplyInterests.Coalesce(
        [
            Record("a", InterestsOf("a", "good", 1)), Record("a", nan), Record("a", share), Record("a", InterestsOf("b", "m1", 1)), Record("", InterestsOf("", "m1", 1)),
            Record("a", InterestsOf("a", "", 1)),
        ]);
        Assert.Equal(
            [null, "embedding", "interests", "userId", "The", "modelVersion"], outcomes.Select(outcome => outcome.Reason?.Split(' ')[0]));
        Assert.Equal("good", Assert.Single(newest).Value.Value!.modelVersion);
    }
}
