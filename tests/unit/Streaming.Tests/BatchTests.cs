using Confluent.Kafka;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>How a batch fills.</summary>
public sealed class BatchTests
{
    [Fact]
    public async Task ABatchHoldsAtMostMaxBatchRecords()
    {
        var loop = new LoopUnderTest(new ConsumerLoopOptions { MaxBatchRecords = 2 });
        loop.Assigned(0, "a", "b", "c");

        await loop.TurnAsync();
        await loop.TurnAsync();

        Assert.Equal(["handle a,b", "store 0@2", "handle c", "store 0@3"], loop.Journal);
    }

    [Fact]
    public async Task WithoutABatchWaitOnlyWhatWasFetchedIsTaken()
    {
        var loop = new LoopUnderTest();
        loop.Assigned(0, "a");

        await loop.TurnAsync();

        Assert.Equal([TimeSpan.FromMilliseconds(100), TimeSpan.Zero], loop.Consumer.Waits);
    }

    [Fact]
    public async Task ABatchWaitsForMoreButNotLongerThanToldAltogether()
    {
        var loop = new LoopUnderTest(new ConsumerLoopOptions { MaxBatchWait = TimeSpan.FromMilliseconds(50) });
        loop.Assigned(0, "a");
        loop.Consumer.OnPoll = poll =>
        {
            if (poll == 2) loop.Time.Advance(TimeSpan.FromMilliseconds(30));
            if (poll == 2) loop.Consumer.Produce(0, "b");
        };

        await loop.TurnAsync();

        Assert.Equal(["handle a,b"], loop.Handled);
        Assert.Equal([TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(20)], loop.Consumer.Waits);
    }

    [Fact]
    public async Task APassingPollErrorIsLoggedAndTheBatchSoFarIsHandled()
    {
        var loop = new LoopUnderTest();
        loop.Assigned(0, "a", "b");
        loop.Consumer.OnPoll = poll =>
        {
            if (poll == 2) throw new ConsumeException(new ConsumeResult<byte[], byte[]>(), new Error(ErrorCode.Local_Transport, "broker is down"));
        };

        await loop.TurnAsync();
        await loop.TurnAsync();

        Assert.Equal(["handle a", "store 0@1", "handle b", "store 0@2"], loop.Journal);
        Assert.Contains(loop.Logged, line => line.Contains("broker is down", StringComparison.Ordinal));
    }

    [Fact]
    public void BackoffDoublesUpToItsCeilingAndNeverFallsBelowHalf()
    {
        var options = new ConsumerLoopOptions { MinBackoff = TimeSpan.FromMilliseconds(100), MaxBackoff = TimeSpan.FromSeconds(2) };
        var backoff = new Backoff(options, new Random(7));
        for (var round = 0; round < 100; round++)
        {
            var ceiling = 100.0;
            for (var failure = 0; failure < 40; failure++)
            {
                Assert.InRange(backoff.Next().TotalMilliseconds, ceiling / 2, ceiling);
                ceiling = Math.Min(2_000, ceiling * 2);
            }

            backoff.Reset();
        }
    }
}
