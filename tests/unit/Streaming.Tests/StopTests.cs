using Confluent.Kafka;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>A stop is bounded, and what it cuts off is repeated rather than lost.</summary>
public sealed class StopTests
{
    private readonly LoopUnderTest _loop = new();

    [Fact]
    public async Task AStopDuringBackoffStoresNothingAndEndsAtTheNextPoll()
    {
        _loop.Assigned(0, "a");
        _loop.FailFirst(int.MaxValue, () => new TimeoutException());
        using var stop = new CancellationTokenSource();
        var pollsAfterStop = 0;
        _loop.Consumer.OnPoll = _ =>
        {
            if (stop.IsCancellationRequested) pollsAfterStop++;
            if (_loop.Consumer.AnyPaused) stop.Cancel();
        };

        await _loop.TurnAsync(stop.Token);

        Assert.Empty(_loop.Stored);
        Assert.Equal(0, pollsAfterStop);
        Assert.Equal(["handle a"], _loop.Handled);
    }

    [Fact]
    public async Task AHandlerThatHeedsTheStopStoresNothing()
    {
        _loop.Assigned(0, "a");
        using var stop = new CancellationTokenSource();
        _loop.Handle = async (batch, stopping) =>
        {
            await stop.CancelAsync();
            stopping.ThrowIfCancellationRequested();
            return await LoopUnderTest.Done(batch);
        };

        await _loop.TurnAsync(stop.Token);

        Assert.Equal(["handle a"], _loop.Journal);
    }

    [Fact]
    public async Task TheBatchInHandIsDrainedAndCommittedBeforeTheGroupIsLeft()
    {
        _loop.Assigned(0, "a");
        var (entered, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        _loop.Handle = async (batch, _) =>
        {
            entered.SetResult();
            await release.Task;
            return await LoopUnderTest.Done(batch);
        };

        await _loop.Loop.StartAsync(CancellationToken.None);
        await entered.Task;
        var stopped = _loop.Loop.StopAsync(CancellationToken.None);
        Assert.False(stopped.IsCompleted);
        release.SetResult();
        await stopped;

        Assert.Equal(["handle a", "store 0@1", "close"], _loop.Journal);
        Assert.Equal(1, _loop.Consumer.Committed[0]);
        Assert.False(_loop.Health.Ready);
    }

    [Fact]
    public async Task AGroupIsJoinedOnceTheHandlerHasWhatItNeedsAndAStopNeedNotWaitForThat()
    {
        var model = new TaskCompletionSource();
        var (loop, never) = (new LoopUnderTest(joins: model.Task), new LoopUnderTest(joins: new TaskCompletionSource().Task));
        var polled = new TaskCompletionSource();
        loop.Consumer.OnPoll = _ => polled.TrySetResult();
        await loop.Loop.StartAsync(CancellationToken.None);
        await never.Loop.StartAsync(CancellationToken.None);
        await Task.Delay(300);
        Assert.False(polled.Task.IsCompleted);

        model.SetResult();
        await polled.Task;
        await loop.Loop.StopAsync(CancellationToken.None);
        await never.Loop.StopAsync(CancellationToken.None);

        Assert.Empty(never.Journal);
    }

    [Fact]
    public async Task AHandlerThatHangsIsAbandonedWhenTheDrainBudgetIsSpent()
    {
        _loop.Assigned(0, "a");
        var entered = new TaskCompletionSource();
        _loop.Handle = (_, _) =>
        {
            entered.SetResult();
            return new TaskCompletionSource<IReadOnlyList<Outcome>>().Task;
        };

        await _loop.Loop.StartAsync(CancellationToken.None);
        await entered.Task;
        var stopped = _loop.Loop.StopAsync(CancellationToken.None);
        _loop.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(stopped.IsCompleted);
        _loop.Time.Advance(TimeSpan.FromSeconds(1));
        await stopped;

        Assert.Equal(["handle a", "close"], _loop.Journal);
        Assert.Equal(0, _loop.Consumer.Committed[0]);
    }

    [Fact]
    public async Task AFatalClientErrorEndsTheLoopAndAFailingCloseDoesNotHideIt()
    {
        _loop.Assigned(0, "a");
        _loop.Consumer.CloseFails = new KafkaException(ErrorCode.Local_TimedOut);
        _loop.Consumer.OnPoll = _ => throw new ConsumeException(
            new ConsumeResult<byte[], byte[]>(), new Error(ErrorCode.Local_Fatal, "fenced", isFatal: true));

        await _loop.Loop.StartAsync(CancellationToken.None);

        var end = await Assert.ThrowsAsync<ConsumeException>(() => _loop.Loop.ExecuteTask!);
        Assert.Equal("fenced", end.Error.Reason);
        Assert.Contains(_loop.Logged, line => line.StartsWith("streaming.close.failed", StringComparison.Ordinal));
        Assert.False(_loop.Health.Ready);
    }
}
