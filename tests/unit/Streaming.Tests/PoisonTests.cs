using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>One bad record never costs its neighbours and never stops the line, and none goes without a trace.</summary>
public sealed class PoisonTests
{
    private readonly LoopUnderTest _loop = new();

    [Fact]
    public async Task APoisonRecordGoesToTheDeadLettersWhileItsNeighboursAreHandled()
    {
        _loop.Assigned(0, "a", "poison", "b");

        await _loop.TurnAsync();

        Assert.Equal(["handle a,b", "dead 0@1", "store 0@3"], _loop.Journal);
        Assert.Equal(("poison", "cannot decode as String: not text"), Assert.Single(_loop.Dead));
    }

    [Theory]
    [InlineData(0, 1_700_000_000_000_000)] // microseconds
    [InlineData(1, long.MaxValue)]
    [InlineData(2, long.MinValue)]
    public async Task ATimestampThatIsNoTimeStopsNothing(long offset, long milliseconds)
    {
        _loop.Consumer.TimestampsMs[offset] = milliseconds;
        _loop.Assigned(0, "a", "b", "c");

        await _loop.TurnAsync();

        Assert.Equal(["handle a,b,c", "store 0@3"], _loop.Journal);
    }

    [Fact]
    public async Task ABatchOfNothingButPoisonNeverReachesTheHandler()
    {
        _loop.Assigned(0, "poison", "poison");

        await _loop.TurnAsync();

        Assert.Equal(["dead 0@0", "dead 0@1", "store 0@2"], _loop.Journal);
    }

    [Fact]
    public async Task ALoopThatAsksTheRegistryForEachRecordOfABatchDoesNotLookStuck()
    {
        _loop.Assigned(0, "unknown", "unknown", "unknown", "a");
        var alive = false;
        _loop.Handle = (batch, _) =>
        {
            alive = _loop.Health.Alive;
            return LoopUnderTest.Done(batch);
        };

        await _loop.TurnAsync();

        Assert.True(alive);
        Assert.Equal(["handle a", "dead 0@0", "dead 0@1", "dead 0@2", "store 0@4"], _loop.Journal);
    }

    [Fact]
    public async Task OutcomesFindTheirRecordsBehindAPoisonRecord()
    {
        _loop.Assigned(0, "poison", "a", "b");
        _loop.Handle = (_, _) => LoopUnderTest.Outcomes(Outcome.Done, Outcome.Rejected("b is wrong"));

        await _loop.TurnAsync();

        Assert.Equal([("poison", "cannot decode as String: not text"), ("b", "b is wrong")], _loop.Dead);
    }

    [Fact]
    public async Task ARejectedRecordIsDeadLetteredBeforeItsOffsetIsStored()
    {
        _loop.Assigned(0, "a");
        _loop.Handle = (_, _) => LoopUnderTest.Outcomes(Outcome.Rejected("rating: 9 is above 5"));
        var (sent, acknowledged) = (new TaskCompletionSource(), new TaskCompletionSource());
        _loop.Bury = () =>
        {
            sent.SetResult();
            return acknowledged.Task;
        };

        var turn = _loop.TurnAsync();
        await sent.Task;
        Assert.Equal(["handle a"], _loop.Journal);

        acknowledged.SetResult();
        await turn;
        Assert.Equal(["handle a", "dead 0@0", "store 0@1"], _loop.Journal);
    }

    [Fact]
    public async Task AFailingDeadLetterStoresNothingAndIsTriedAgain()
    {
        _loop.Assigned(0, "poison", "a");
        var failures = 3;
        _loop.Bury = () =>
        {
            Assert.Empty(_loop.Stored);
            return failures-- > 0 ? throw new TimeoutException("no acknowledgement") : Task.CompletedTask;
        };

        await _loop.TurnAsync();

        Assert.Equal(-1, failures);
        Assert.Single(_loop.Dead);
        Assert.Equal(["store 0@2"], _loop.Stored);
    }

    [Fact]
    public async Task ABugThatKeepsComingBackIsNarrowedToItsRecord()
    {
        _loop.Assigned(0, "a", "bug", "b");
        _loop.Handle = (batch, _) => batch.Any(record => record.Value == "bug") ? throw new KeyNotFoundException("no such band") : LoopUnderTest.Done(batch);

        await _loop.TurnAsync();

        Assert.Equal(["handle a,bug,b", "handle a,bug,b", "handle a,bug,b", "handle a", "handle bug", "handle b"], _loop.Handled);
        Assert.Equal(("bug", "KeyNotFoundException while handling: no such band"), Assert.Single(_loop.Dead));
        Assert.Equal(["store 0@3"], _loop.Stored);
    }

    [Fact]
    public async Task ATransientFailureWhileNarrowingBlamesNobodyAndIsRetried()
    {
        _loop.Assigned(0, "a", "bug", "b");
        var away = 1;
        _loop.Handle = (batch, _) => batch switch
        {
            [{ Value: "b" }] when away-- > 0 => throw new TimeoutException(),
            _ when batch.Any(record => record.Value == "bug") => throw new InvalidOperationException("bug"),
            _ => LoopUnderTest.Done(batch),
        };

        await _loop.TurnAsync();

        Assert.Equal("bug", Assert.Single(_loop.Dead).Record);
        Assert.Equal(["store 0@3"], _loop.Stored);
    }

    [Fact]
    public async Task ABugThatGoesAwayBlamesNoRecord()
    {
        _loop.Assigned(0, "a", "b");
        _loop.FailFirst(2, () => new InvalidOperationException());

        await _loop.TurnAsync();

        Assert.Empty(_loop.Dead);
        Assert.Equal(["store 0@2"], _loop.Stored);
    }

    [Fact]
    public async Task AHandlerThatMiscountsItsOutcomesForOneRecordLosesOnlyThatRecord()
    {
        _loop.Assigned(0, "a", "odd", "b");
        _loop.Handle = (batch, _) => batch.Any(record => record.Value == "odd") ? LoopUnderTest.Outcomes() : LoopUnderTest.Done(batch);

        await _loop.TurnAsync();

        var (record, reason) = Assert.Single(_loop.Dead);
        Assert.Equal("odd", record);
        Assert.Contains("returned 0 outcomes for 1 records", reason, StringComparison.Ordinal);
        Assert.Equal(["store 0@3"], _loop.Stored);
    }

    [Fact]
    public async Task AClientDisposedUnderTheHandlerIsNotBlamedOnARecord()
    {
        _loop.Assigned(0, "a");
        _loop.FailFirst(10, () => new ObjectDisposedException("multiplexer"));

        await _loop.TurnAsync();

        Assert.Empty(_loop.Dead);
    }
}
