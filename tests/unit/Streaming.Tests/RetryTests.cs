using Confluent.Kafka;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>A handler that throws gets the same batch again; meanwhile partitions are paused and polling goes on.</summary>
public sealed class RetryTests
{
    private readonly LoopUnderTest _loop = new(new ConsumerLoopOptions { MinBackoff = TimeSpan.FromSeconds(1), MaxBackoff = TimeSpan.FromSeconds(1) });

    [Fact]
    public async Task ABatchThatThrowsIsHandledAgainAndNothingIsStoredInBetween()
    {
        _loop.Assigned(0, "a", "b");
        _loop.FailFirst(2, () => new TimeoutException("Redis is away"));

        await _loop.TurnAsync();

        Assert.Equal(
            ["handle a,b", "pause 0", "resume 0", "handle a,b", "pause 0", "resume 0", "handle a,b", "store 0@2"], _loop.Journal);
    }

    [Fact]
    public async Task PartitionsArePausedWhileBackingOffAndPollingGoesOn()
    {
        _loop.Assigned(0, "a");
        _loop.Assigned(1);
        _loop.FailFirst(1, () => new TimeoutException());
        var paused = new List<bool>();
        _loop.Consumer.OnPoll = _ => paused.Add(_loop.Consumer.AnyPaused);
        var started = _loop.Time.GetUtcNow();

        await _loop.TurnAsync();

        Assert.Contains("pause 0,1", _loop.Journal);
        Assert.InRange(paused.Count(during => during), 5, 11); // 0.5 to 1 s in steps of 100 ms
        Assert.InRange((_loop.Time.GetUtcNow() - started).TotalSeconds, 0.5, 1.2);
        Assert.False(_loop.Consumer.AnyPaused);
    }

    [Fact]
    public async Task ARecordThatArrivesDuringThePauseIsSoughtBackNotLost()
    {
        _loop.Assigned(0, "a");
        _loop.FailFirst(1, () => new TimeoutException());
        var assigned = false;
        _loop.Consumer.OnPoll = _ =>
        {
            if (!_loop.Consumer.AnyPaused || assigned) return;
            assigned = true;
            _loop.Assigned(1, "x", "y"); // a rebalance gives us a partition that is not paused
        };

        await _loop.TurnAsync();
        Assert.Equal(["handle a", "pause 0", "pause 1", "seek 1@0", "resume 0,1", "handle a", "store 0@1"], _loop.Journal);

        await _loop.TurnAsync();
        Assert.Equal("handle x,y", _loop.Handled.Last());
        Assert.Equal("store 1@2", _loop.Stored.Last());
    }

    [Fact]
    public async Task ARegistryThatIsAwayIsWaitedForAndBlamesNoRecord()
    {
        _loop.Assigned(0, "a", "away");
        using var stop = new CancellationTokenSource();
        _loop.Consumer.OnPoll = poll =>
        {
            if (poll > 200) stop.Cancel();
        };

        await _loop.TurnAsync(stop.Token);

        Assert.Empty(_loop.Dead);
        Assert.Empty(_loop.Stored);
    }

    [Fact]
    public async Task ATransientFailureNeverBlamesARecordHoweverOftenItComes()
    {
        _loop.Assigned(0, "a", "b");
        _loop.FailFirst(25, () => new TimeoutException());

        await _loop.TurnAsync();

        Assert.Empty(_loop.Dead);
        Assert.Equal(26, _loop.Handled.Count());
        Assert.All(_loop.Handled, entry => Assert.Equal("handle a,b", entry));
    }

    [Fact]
    public async Task ATimeoutThatLooksLikeACancellationIsRetried()
    {
        _loop.Assigned(0, "a");
        _loop.FailFirst(1, () => new TaskCanceledException("HttpClient.Timeout"));

        await _loop.TurnAsync();

        Assert.Equal(["store 0@1"], _loop.Stored);
    }

    [Fact]
    public async Task AProducerBeyondRepairEndsTheLoopSoThatASupervisorRestartsIt()
    {
        _loop.Assigned(0, "a");
        _loop.FailFirst(1, () => new KafkaException(new Error(ErrorCode.Local_Fatal, "idempotence is broken", isFatal: true)));

        await Assert.ThrowsAsync<KafkaException>(() => _loop.TurnAsync());

        Assert.Empty(_loop.Stored);
    }
}
