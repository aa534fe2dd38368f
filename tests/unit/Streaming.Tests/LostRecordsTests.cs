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
        Assert.Equal(["handle 5", "store 0@6"], _loop.Journal);
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

        Assert.Equal(["handle a", "store 0@1", "handle y,z", "store 1@3"], _loop.Journal);
    }
}
