using Confluent.Kafka;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>A position that the broker cannot serve: reported when records were deleted, and the beginning for a new group.</summary>
public sealed class LostRecordsTests
{
    private readonly LoopUnderTest _loop = new();

    private IEnumerable<string> Losses => _loop.Logged.Where(line => line.StartsWith("streaming.records.lost", StringComparison.Ordinal));

    [Fact]
    public async Task DeletedRecordsAreReportedAndReadingGoesOnAtTheOldestLeft()
    {
        _loop.Consumer.Committed[0] = 2;
        _loop.Assigned(0, "0", "1", "2", "3", "4", "5");
        _loop.Consumer.DeleteBefore(0, 5);

        await _loop.TurnAsync();
        await _loop.TurnAsync();

        Assert.Contains("offset 2 is gone, the oldest left is 5: 3 records were deleted", Assert.Single(Losses), StringComparison.Ordinal);
        Assert.Equal(["commit 0@5", "handle 5", "store 0@6"], _loop.Journal);
        Assert.Equal([3], _loop.Lost);
    }

    [Fact]
    public async Task AGroupWithoutACommittedOffsetStartsAtTheBeginningAndReportsNoLoss()
    {
        _loop.Consumer.Produce(0, "a", "b");
        _loop.Consumer.Assign(0);

        await _loop.TurnAsync();
        await _loop.TurnAsync();

        Assert.Empty(Losses);
        Assert.Equal(["handle a,b", "store 0@2"], _loop.Journal);
    }

    [Fact]
    public async Task ABrokerThatCannotSayWhatIsLeftIsAskedAgainAndNothingIsSkipped()
    {
        _loop.Assigned(0, "0", "1", "2");
        _loop.Consumer.DeleteBefore(0, 2);
        _loop.Consumer.WatermarksFail = new KafkaException(ErrorCode.Local_TimedOut);
        await _loop.TurnAsync();
        Assert.Empty(Losses);

        _loop.Consumer.WatermarksFail = null;
        await _loop.TurnAsync();
        await _loop.TurnAsync();

        Assert.Contains("2 records were deleted", Assert.Single(Losses), StringComparison.Ordinal);
        Assert.Equal(["handle 2"], _loop.Handled);
    }

    [Fact]
    public async Task ALossMetWhileABatchFillsKeepsTheRestOfTheBatch()
    {
        _loop.Assigned(0, "a");
        _loop.Assigned(1, "x", "y", "z");
        _loop.Consumer.DeleteBefore(1, 1);

        await _loop.TurnAsync();
        await _loop.TurnAsync();

        Assert.Equal(["commit 1@1", "handle a", "store 0@1", "handle y,z", "store 1@3"], _loop.Journal);
    }

    [Fact]
    public async Task WhereALossIsMetBehindRecordsOfTheSamePartitionNothingIsCommittedBeforeTheseAreHandled()
    {
        _loop.Assigned(0, "a", "b", "c");
        _loop.Consumer.OnPoll = poll =>
        {
            if (poll == 2) _loop.Consumer.DeleteBefore(0, 2);
        };

        await _loop.TurnAsync();
        await _loop.TurnAsync();

        Assert.Contains("offset 1 is gone", Assert.Single(Losses), StringComparison.Ordinal);
        Assert.Equal(["handle a", "store 0@1", "handle c", "store 0@3"], _loop.Journal);
    }

    /// <summary>Whoever reads the partition next would report it again, and count it again, as long as nothing is written to it.</summary>
    [Fact]
    public async Task ALossIsReportedOnceThoughNothingIsWrittenAfterIt()
    {
        _loop.Consumer.Committed[0] = 2;
        _loop.Assigned(0, "0", "1", "2", "3");
        _loop.Consumer.DeleteBefore(0, 4);
        await _loop.TurnAsync();

        _loop.Consumer.Revoke(0);
        _loop.Consumer.Assign(0);
        await _loop.TurnAsync();

        Assert.Single(Losses);
        Assert.Equal([2], _loop.Lost);
    }

    [Fact]
    public async Task APartitionThatBecameShorterIsReadAgainFromItsLowestAndNothingCountsAsLost()
    {
        _loop.Consumer.Committed[0] = 9;
        _loop.Assigned(0, "0", "1", "2");
        _loop.Consumer.DeleteBefore(0, 1);

        await _loop.TurnAsync();
        await _loop.TurnAsync();

        Assert.Contains("ends at 3, before the offset 9", Assert.Single(_loop.Logged, line => line.StartsWith("streaming.log.shorter", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Empty(Losses);
        Assert.Empty(_loop.Lost);
        Assert.Equal(["commit 0@1", "handle 1,2", "store 0@3"], _loop.Journal);
    }

    /// <summary>A first loss is an increase of a series that is there already.</summary>
    [Fact]
    public async Task TheCounterOfLostRecordsBeginsWithTheLoop()
    {
        var polled = new TaskCompletionSource();
        _loop.Consumer.OnPoll = _ => polled.TrySetResult();
        await _loop.Loop.StartAsync(CancellationToken.None);
        await polled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await _loop.Loop.StopAsync(CancellationToken.None);

        Assert.Equal([0], _loop.Lost);
    }
}
