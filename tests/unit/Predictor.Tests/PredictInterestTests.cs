using System.Diagnostics;
using Confluent.Kafka;
using driftline.events;
using Driftline.InterestModel;
using Driftline.Sequences;
using Driftline.Streaming;
using Xunit;
using CategoryShift = Driftline.InterestModel.CategoryShift;
using PublishedKind = driftline.events.DriftKind;

namespace Driftline.Predictor.Tests;

public sealed class PredictInterestTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void OfAUsersTriggersOnlyTheNewestIsAnswered()
    {
        var outcomes = new Outcome[4];
        var users = PredictInterest.NewestOfEachUser([Trigger("a", 1), Trigger("b", 2), Trigger("a", 3), Trigger("a", 4)], outcomes);

        Assert.Equal([("a", 4L), ("b", 2L)], users.Select(user => (user.Key, user.Value.Value!.newestReceivedAt)).Order());
        Assert.All(outcomes, outcome => Assert.False(outcome.IsRejected));
    }

    [Fact]
    public void ATriggerThatNamesNoUserIsRejectedAndItsNeighboursAreNot()
    {
        var outcomes = new Outcome[3];
        var users = PredictInterest.NewestOfEachUser([Trigger("", 1), Trigger("b", 2), Trigger("c", 3) with { Value = null }], outcomes);

        Assert.Equal("b", Assert.Single(users).Key);
        Assert.Equal([true, false, true], outcomes.Select(outcome => outcome.IsRejected));
    }

    [Fact]
    public void EveryErasureOfABatchIsCarriedOutOnceThoughANewerTriggerOfItsUserFollows()
    {
        var erasures = PredictInterest.ErasuresOf([Trigger("a", 1, "e1"), Trigger("a", 2), Trigger("a", 3, "e2"), Trigger("b", 4), Trigger("a", 5, "e1"), Trigger("", 6, "e3")]);

        Assert.Equal(["e1", "e2"], erasures["a"]);
        Assert.Equal("a", Assert.Single(erasures).Key);
    }

    /// <summary>A merged session's erasure has its newest event's id, and such an id is its user's own only.</summary>
    [Fact]
    public void TwoUsersMayHaveErasuresOfOneId()
    {
        var erasures = PredictInterest.ErasuresOf([Trigger("session:a", 1, "7"), Trigger("session:b", 2, "7")]);

        Assert.Equal(["7"], erasures["session:a"]);
        Assert.Equal(["7"], erasures["session:b"]);
    }

    [Fact]
    public void AnUpdateNamesItsCategoriesByFallingNextAndLeavesOutTheNegligible()
    {
        var update = Compose(current: [0.5f, 0.0009f, 0.4991f, 0f], next: [0.2f, 0.0009f, 0.1f, 0.6991f]);

        Assert.Equal(["toys", "books", "tea"], update.interests.Select(interest => interest.category));
        Assert.Equal([0f, 0.5f, 0.4991f], update.interests.Select(interest => interest.current));
        Assert.Equal([0.6991f, 0.2f, 0.1f], update.interests.Select(interest => interest.next));
    }

    [Fact]
    public void AnUpdateTellsWhichEventsItWasComputedFrom()
    {
        var update = Compose([1f, 0f, 0f, 0f], [1f, 0f, 0f, 0f]);

        Assert.Equal("u1", update.userId);
        Assert.Equal(77, update.newestReceivedAt);
        Assert.Equal(2_000, update.newestEventTime);
        Assert.Equal(2, update.sequenceLength);
        Assert.Equal(42, update.sequenceDigest);
        Assert.Equal("v1", update.modelVersion);
        Assert.Equal(Now.ToUnixTimeMilliseconds(), update.computedAt);
    }

    [Fact]
    public void AnUpdateListsTheLargestShiftsOnly()
    {
        var update = Compose([1f, 0f, 0f, 0f], [0f, 0.5f, 0.3f, 0.2f]);
        Assert.Equal([("hats", 0.5f), ("tea", 0.3f)], update.rising.Select(shift => (shift.category, shift.delta)));
        Assert.Equal([("i9", 0.7f)], update.boosts.Select(boost => (boost.itemId, boost.boost)));
        Assert.Equal([("books", -1f)], update.falling.Select(shift => (shift.category, shift.delta)));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(InterestModel.DriftKind.Seasonal, PublishedKind.SEASONAL)]
    [InlineData(InterestModel.DriftKind.Trend, PublishedKind.TREND)]
    [InlineData(InterestModel.DriftKind.Personal, PublishedKind.PERSONAL)]
    [InlineData(InterestModel.DriftKind.Unknown, PublishedKind.UNKNOWN)]
    public void AnUpdateTellsTheKindOfDrift(InterestModel.DriftKind? kind, PublishedKind? expected) =>
        Assert.Equal(expected, Compose([1f, 0f, 0f, 0f], [0f, 0.5f, 0.3f, 0.2f], kind).driftKind);

    [Theory]
    [InlineData(ActivityTraceFlags.Recorded, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData(ActivityTraceFlags.None, null)]
    public void AnUpdateNamesTheTraceThatLedToItWhereThatIsSampled(ActivityTraceFlags flags, string? expected)
    {
        var cause = new ActivityContext(ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"), ActivitySpanId.CreateFromString("b7ad6b7169203331"), flags);

        Assert.Equal(expected, Compose([1f, 0f, 0f, 0f], [0f, 0.5f, 0.3f, 0.2f], cause: cause).traceparent);
    }

    private static InterestUpdated Compose(float[] current, float[] next, InterestModel.DriftKind? kind = null, ActivityContext cause = default)
    {
        string[] categories = ["books", "hats", "tea", "toys"];
        var shifts = categories.Select((category, c) => new CategoryShift(category, next[c] - current[c])).ToList();
        var prediction = new InterestPrediction(
            current, next, [1f, 2f], [new InterestModel.ItemBoost("i9", 0.7f)], 0.5f, [.. shifts.Where(s => s.Delta > 0).OrderByDescending(s => s.Delta)], [.. shifts.Where(s => s.Delta < 0).OrderBy(s => s.Delta)], kind);
        var sequence = new SequenceReading([], Appended: true, Length: 2, Digest: 42, NewestEventTime: 2_000, KnownSequence.Of([]));
        return ComposeUpdate.From(Trigger("u1", 77).Value!, sequence, prediction, "v1", categories, maxShifts: 2, cause, Now);
    }

    private static Received<SequenceUpdated> Trigger(string user, long receivedAt, string? erasureId = null) => new(
        user, new SequenceUpdated { userId = user, newestReceivedAt = receivedAt, erasureId = erasureId, attributes = new Dictionary<string, string>() }, [1], [],
        new TopicPartitionOffset("sequence.updates", 0, receivedAt));
}
