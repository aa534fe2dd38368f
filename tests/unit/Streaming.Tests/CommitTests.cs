using Confluent.Kafka;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>No offset is stored before its effect is durable, and none is forgotten after it.</summary>
public sealed class CommitTests
{
    private readonly LoopUnderTest _loop = new();

    [Fact]
    public async Task OffsetsAreStoredOnlyAfterTheHandlerReturned()
    {
        _loop.Assigned(0, "a", "b");
        var (entered, release) = (new TaskCompletionSource(), new TaskCompletionSource<IReadOnlyList<Outcome>>());
        _loop.Handle = (_, _) =>
        {
            entered.SetResult();
            return release.Task;
        };

        var turn = _loop.TurnAsync();
        await entered.Task;
        Assert.Equal(["handle a,b"], _loop.Journal);

        release.SetResult([Outcome.Done, Outcome.Done]);
        await turn;
        Assert.Equal(["handle a,b", "store 0@2"], _loop.Journal);
    }

    [Fact]
    public async Task EachPartitionStoresItsOwnNextOffset()
    {
        _loop.Assigned(0, "a", "b");
        _loop.Assigned(1, "c");

        await _loop.TurnAsync();

        Assert.Equal(["handle a,b,c", "store 0@2", "store 1@1"], _loop.Journal);
    }

    [Fact]
    public async Task NothingIsStoredWhenNothingCame()
    {
        _loop.Assigned(0);

        await _loop.TurnAsync();

        Assert.Empty(_loop.Journal);
    }

    [Fact]
    public async Task AStoredBatchIsNotHandledAgain()
    {
        _loop.Assigned(0, "a");
        await _loop.TurnAsync();
        await _loop.TurnAsync();
        _loop.Consumer.Produce(0, "b");
        await _loop.TurnAsync();

        Assert.Equal(["handle a", "handle b"], _loop.Handled);
    }

    [Theory]
    [InlineData(ErrorCode.Local_State)]
    [InlineData(ErrorCode.Local_UnknownPartition)]
    public async Task AStoreRefusedBecauseThePartitionMovedIsSurvived(ErrorCode refusal)
    {
        _loop.Assigned(0, "a");
        _loop.Consumer.StoreFails = new KafkaException(refusal);
        await _loop.TurnAsync();
        Assert.Contains(_loop.Logged, line => line.StartsWith("streaming.partition.moved", StringComparison.Ordinal));

        _loop.Consumer.StoreFails = null;
        _loop.Consumer.Produce(0, "b");
        await _loop.TurnAsync();
        Assert.Equal(["store 0@2"], _loop.Stored);
    }

    [Fact]
    public async Task AnyOtherStoreErrorEndsTheLoopInsteadOfBeingSwallowed()
    {
        _loop.Assigned(0, "a");
        _loop.Consumer.StoreFails = new KafkaException(ErrorCode.Local_InvalidArg);

        await Assert.ThrowsAsync<KafkaException>(() => _loop.TurnAsync());
    }

    [Fact]
    public async Task ATombstoneIsPassedOnWithANullValue()
    {
        _loop.Assigned(0, "a", null);
        IReadOnlyList<Received<string>> seen = [];
        _loop.Handle = (batch, _) => LoopUnderTest.Done(seen = batch);

        await _loop.TurnAsync();

        Assert.Null(seen[1].Value);
        Assert.Null(seen[1].Bytes);
        Assert.Equal("user", seen[1].Key);
        Assert.Equal(["store 0@2"], _loop.Stored);
    }

    [Fact]
    public async Task TheLoopIsReadyOnceItHasOwnedAPartitionAlsoWhileTheBrokersAreAway()
    {
        await _loop.TurnAsync();
        Assert.False(_loop.Health.Ready);

        _loop.Assigned(0);
        await _loop.TurnAsync();
        Assert.True(_loop.Health.Ready);

        _loop.Consumer.Revoke(0);
        await _loop.TurnAsync();
        Assert.True(_loop.Health.Ready);
    }
}
