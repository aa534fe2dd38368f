using Xunit;

namespace Driftline.Audit.Tests;

/// <summary>An audit that finds nothing is worth as much as what it would have found: each kind of damage is done to a sound state and must be counted.</summary>
public sealed class ComparisonTests
{
    [Fact]
    public void ASoundStateDiffersInNothing()
    {
        var scene = new Scene().With("u1", 3).With("u2", 300);
        scene.Add(new { eventId = "bad" }, "/userId", "rejected");
        scene.Corrupt.Add(("sequence.updates", [9, 1, 2]));

        Assert.Equal(0, scene.Settle().Judge().Total);
    }

    [Fact]
    public void AMissingEntryIsLost()
    {
        var scene = new Scene().With("u1", 3).Settle();
        scene.Sequences["u1"].RemoveAt(1);

        OnlyOne(scene.Judge(), verdict => verdict.Lost);
    }

    [Fact]
    public void AUserWithoutKeysHasLostEveryEntryAndTheInterest()
    {
        var scene = new Scene().With("u1", 3).Settle();
        scene.Sequences.Remove("u1");

        var verdict = scene.Judge();

        Assert.Equal(3, verdict.Lost);
        Assert.Equal(1, verdict.StaleInterests);
    }

    [Fact]
    public void AnElementWithoutAnAnswerIsLost()
    {
        var scene = new Scene().With("u1", 3).Settle();
        var unanswered = scene.Add(Scene.Click("u1", "late", Scene.Noon));
        scene.Elements[^1] = unanswered with { Answer = null };

        OnlyOne(scene.Judge(), verdict => verdict.Lost);
    }

    [Fact]
    public void AnEntryThatIsThereTwiceIsDuplicated()
    {
        var scene = new Scene().With("u1", 3).Settle();
        var again = (byte[])scene.Sequences["u1"][^1].Member.Clone();
        again[9]++; // the same event and item with another weight: a different member
        scene.Sequences["u1"].Add((again, Scene.Noon + 5_000));

        OnlyOne(scene.Judge(), verdict => verdict.Duplicated);
    }

    [Fact]
    public void AnEventThatIsSentAgainCountsOnce()
    {
        var scene = new Scene().With("u1", 3).With("u1", 3);

        Assert.Equal(3, scene.Settle().Sequences["u1"].Count);
        Assert.Equal(0, scene.Judge().Total);
    }

    [Fact]
    public void AnEntryAtAnotherTimeIsOutOfOrder()
    {
        var scene = new Scene().With("u1", 3).Settle();
        scene.Sequences["u1"][^1] = (scene.Sequences["u1"][^1].Member, Scene.Noon + 9_000);

        OnlyOne(scene.Judge(), verdict => verdict.OutOfOrder);
    }

    [Fact]
    public void EntriesInAnotherOrderAreOutOfOrder()
    {
        var scene = new Scene().With("u1", 3).Settle();
        scene.Sequences["u1"].Reverse(0, 2);

        OnlyOne(scene.Judge(), verdict => verdict.OutOfOrder);
    }

    [Fact]
    public void AnEntryThatIsOlderThanTheWindowIsNotWanted()
    {
        var scene = new Scene().With("u1", 257);
        var oldest = ExpectedState.Of(scene.Input).Users["u1"][0];
        scene.Settle().Sequences["u1"].Insert(0, (oldest.Member, oldest.Earliest));

        Assert.Equal(257, scene.Sequences["u1"].Count);
        OnlyOne(scene.Judge(), verdict => verdict.WronglyAccepted);
    }

    [Fact]
    public void AGoodElementThatIsRefusedIsWronglyRejected()
    {
        var scene = new Scene().With("u1", 3).Settle();
        var refused = scene.Add(Scene.Click("u1", "good", Scene.Noon));
        scene.Elements[^1] = refused with { Answer = refused.Answer! with { Status = "rejected", RefusedAt = "/items" } };

        OnlyOne(scene.Judge(), verdict => verdict.WronglyRejected);
    }

    [Fact]
    public void AGoodElementThatIsNotStoredIsWronglyRejected()
    {
        var scene = new Scene().With("u1", 3).Settle();
        var dropped = scene.Add(Scene.Click("u1", "good", Scene.Noon));
        scene.Elements[^1] = dropped with { Answer = dropped.Answer! with { Status = "notStored", RefusedAt = null } };

        OnlyOne(scene.Judge(), verdict => verdict.WronglyRejected);
    }

    [Fact]
    public void ABadElementThatIsRefusedForAnotherFaultIsWronglyRejected()
    {
        var scene = new Scene().With("u1", 1);
        var refused = scene.Add(new { eventId = "bad" }, "/userId", "rejected");
        scene.Elements[^1] = refused with { Answer = refused.Answer! with { RefusedAt = "/eventId" } };

        OnlyOne(scene.Settle().Judge(), verdict => verdict.WronglyRejected);
    }

    [Fact]
    public void ASoundRecordThatAStageRejectsIsWronglyRejected()
    {
        var scene = new Scene().With("u1", 3).Settle();
        scene.Rejected.Add(new RejectedRecord("feature-builder", "storefront.events", "why", [0, 1, 2, 3]));

        OnlyOne(scene.Judge(), verdict => verdict.WronglyRejected);
    }

    [Fact]
    public void ABadElementThatIsTakenIsWronglyAccepted()
    {
        var scene = new Scene().With("u1", 3);
        scene.Add(new { eventId = "bad" }, "/userId", "accepted");

        OnlyOne(scene.Settle().Judge(), verdict => verdict.WronglyAccepted);
    }

    [Fact]
    public void KeysOfAUserWhoSentNothingAreWronglyAccepted()
    {
        var scene = new Scene().With("u1", 3).Settle();
        scene.Sequences["nobody"] = [.. scene.Sequences["u1"]];

        OnlyOne(scene.Judge(), verdict => verdict.WronglyAccepted);
    }

    [Fact]
    public void ARefusedElementThatIsNotKeptIsLost()
    {
        var scene = new Scene().With("u1", 3);
        scene.Add(new { eventId = "bad" }, "/userId", "rejected");
        scene.Settle().Rejected.Clear();

        OnlyOne(scene.Judge(), verdict => verdict.Lost);
    }

    [Fact]
    public void ACorruptRecordThatIsNotKeptIsLost()
    {
        var scene = new Scene().With("u1", 3);
        scene.Corrupt.Add(("sequence.updates", [9, 1, 2]));
        scene.Settle().Rejected.Clear();

        OnlyOne(scene.Judge(), verdict => verdict.Lost);
    }

    [Fact]
    public void AnUpdateFromAnotherSequenceIsStale()
    {
        var scene = new Scene().With("u1", 3).Settle();
        scene.Published["u1"] = scene.Published["u1"] with { SequenceDigest = scene.Published["u1"].SequenceDigest + 1 };

        OnlyOne(scene.Judge(), verdict => verdict.StaleInterests);
    }

    [Fact]
    public void AnInterestInRedisThatIsNotTheNewestUpdateIsStale()
    {
        var scene = new Scene().With("u1", 3).Settle();
        scene.Interests["u1"] = [1, 2, 3];

        OnlyOne(scene.Judge(), verdict => verdict.StaleInterests);
    }

    [Theory]
    [InlineData(-1, 1)] // before the first sending
    [InlineData(25, 0)]
    [InlineData(52, 1)] // after the answer
    public void AClockThatIsOffPutsAnEventBetweenItsSendingAndItsAnswerLessItsAge(int receivedAfter, int outOfOrder)
    {
        var scene = new Scene();
        var hoursAhead = DateTimeOffset.FromUnixTimeMilliseconds(Scene.Noon).AddHours(5);
        scene.Add(new { eventId = "e", eventType = "click", userId = "u1", eventTime = hoursAhead.AddSeconds(-10), sentAt = hoursAhead, items = new[] { new { itemId = "sku-1" } } });
        scene.Settle();

        scene.Sequences["u1"][0] = (scene.Sequences["u1"][0].Member, Scene.Noon - 10_000 + receivedAfter + (receivedAfter < 0 ? -1 : 0));

        Assert.Equal(outOfOrder, scene.Judge().OutOfOrder);
    }

    [Theory]
    [InlineData(-5_000, 0)]
    [InlineData(-5_002, 1)]
    [InlineData(5_050, 0)]
    [InlineData(5_052, 1)]
    public void WhereTheIngestorsClockWasOffATimeOfReceiptMayBeOffByAsMuch(int receivedAfter, int outOfOrder)
    {
        var scene = new Scene();
        var now = DateTimeOffset.FromUnixTimeMilliseconds(Scene.Noon);
        scene.Add(new { eventId = "e", eventType = "click", userId = "u1", eventTime = now.AddSeconds(-10), sentAt = now, items = new[] { new { itemId = "sku-1" } } });
        scene.Elements[0] = scene.Elements[0] with { ClockOff = 5_000 };
        scene.Settle();

        scene.Sequences["u1"][0] = (scene.Sequences["u1"][0].Member, Scene.Noon - 10_000 + receivedAfter);

        Assert.Equal(outOfOrder, scene.Judge().OutOfOrder);
    }

    private static void OnlyOne(Verdict verdict, Func<Verdict, int> kind)
    {
        Assert.Equal(1, kind(verdict));
        Assert.Equal(1, verdict.Total);
        Assert.Single(verdict.Examples);
    }
}
