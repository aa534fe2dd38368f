using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>Records of a partition that moved are its next owner's.</summary>
public sealed class RebalanceTests
{
    private readonly LoopUnderTest _loop = new(new ConsumerLoopOptions { MaxBatchWait = TimeSpan.FromSeconds(1) });

    [Fact]
    public async Task APartitionRevokedWhileABatchFillsTakesItsRecordsOutOfTheBatch()
    {
        _loop.Assigned(0, "a");
        _loop.Assigned(1, "b");
        _loop.Consumer.OnPoll = poll =>
        {
            if (poll == 3) _loop.Consumer.Revoke(0);
        };

        await _loop.TurnAsync();

        Assert.Equal(["handle b", "store 1@1"], _loop.Journal);
    }

    [Fact]
    public async Task APartitionRevokedDuringBackoffIsNeitherHandledAgainNorStored()
    {
        _loop.Assigned(0, "a");
        _loop.Assigned(1, "b");
        _loop.FailFirst(1, () => new TimeoutException());
        _loop.Consumer.OnPoll = _ =>
        {
            if (_loop.Consumer.AnyPaused) _loop.Consumer.Revoke(0);
        };

        await _loop.TurnAsync();

        Assert.Equal(["handle a,b", "handle b"], _loop.Handled);
        Assert.Equal(["store 1@1"], _loop.Stored);
    }

    [Fact]
    public async Task WhenEverythingIsRevokedDuringBackoffTheBatchIsGivenUp()
    {
        _loop.Assigned(0, "a");
        _loop.FailFirst(int.MaxValue, () => new TimeoutException());
        _loop.Consumer.OnPoll = _ =>
        {
            if (_loop.Consumer.AnyPaused) _loop.Consumer.Revoke(0);
        };

        await _loop.TurnAsync();

        Assert.Equal(["handle a"], _loop.Handled);
        Assert.Empty(_loop.Stored);
    }

    [Fact]
    public async Task APartitionThatLeavesAndComesBackWithinOneBatchIsReadFromItsCommittedOffsetOnce()
    {
        _loop.Assigned(0, "a", "b");
        _loop.Consumer.OnPoll = poll =>
        {
            if (poll != 3) return;
            _loop.Consumer.Revoke(0);
            _loop.Consumer.Assign(0);
        };

        await _loop.TurnAsync();

        Assert.Equal(["handle a,b", "store 0@2"], _loop.Journal);
    }

    [Fact]
    public async Task APartitionThatLeavesAndComesBackDuringBackoffIsReadAgainAfterIt()
    {
        _loop.Assigned(0, "a", "b");
        _loop.Assigned(1, "c");
        _loop.FailFirst(1, () => new TimeoutException());
        var moved = false;
        _loop.Consumer.OnPoll = _ =>
        {
            if (!_loop.Consumer.AnyPaused || moved) return;
            moved = true;
            _loop.Consumer.Revoke(0);
            _loop.Consumer.Assign(0);
        };

        await _loop.TurnAsync();
        await _loop.TurnAsync();

        Assert.Equal(["handle a,b,c", "handle c", "handle a,b"], _loop.Handled);
        Assert.Equal(["store 1@1", "store 0@2"], _loop.Stored);
    }

    [Fact]
    public async Task APartitionThatLeavesDuringBackoffIsReadWhenItComesBackLater()
    {
        _loop.Assigned(0, "a");
        _loop.Assigned(1, "b");
        _loop.FailFirst(1, () => new TimeoutException());
        _loop.Consumer.OnPoll = _ =>
        {
            if (_loop.Consumer.AnyPaused) _loop.Consumer.Revoke(0);
        };
        await _loop.TurnAsync();

        _loop.Consumer.Assign(0);
        await _loop.TurnAsync();

        Assert.Equal(["handle a,b", "handle b", "handle a"], _loop.Handled);
    }

    [Fact]
    public async Task WhatWasStoredBeforeARevocationIsNotHandledByTheNextOwner()
    {
        _loop.Assigned(0, "a", "b");
        await _loop.TurnAsync();
        _loop.Consumer.Revoke(0);
        _loop.Consumer.Produce(0, "c");
        _loop.Consumer.Assign(0);

        await _loop.TurnAsync();

        Assert.Equal(["handle a,b", "handle c"], _loop.Handled);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task APartitionWhoseCommittedOffsetCannotBeFetchedIsTakenAgainUntilItCan(bool named)
    {
        _loop.Consumer.OffsetFetchNamesPartition = named;
        _loop.Consumer.Committed[0] = 1;
        _loop.Consumer.OffsetFetchFails.Add(0);
        _loop.Assigned(0, "read before", "waiting");

        for (var turn = 0; turn < 30; turn++) await _loop.TurnAsync();
        Assert.Empty(_loop.Handled);

        _loop.Consumer.OffsetFetchFails.Clear();
        for (var turn = 0; turn < 30; turn++) await _loop.TurnAsync();
        Assert.Equal(["handle waiting", "store 0@2"], _loop.Journal);
    }
}
