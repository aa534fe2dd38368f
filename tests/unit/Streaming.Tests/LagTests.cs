using Confluent.Kafka;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>What a scrape sees of a loop's lag.</summary>
public sealed class LagTests
{
    private readonly LoopUnderTest _loop = new(new ConsumerLoopOptions { MaxBatchRecords = 2, MinBackoff = TimeSpan.FromSeconds(4), MaxBackoff = TimeSpan.FromSeconds(4) });

    [Fact]
    public async Task WhatIsLeftAfterABatchIsLag()
    {
        _loop.Assigned(0, "a", "b", "c", "d", "e");
        await _loop.TurnAsync();
        _loop.Time.Advance(LoopLag.Refresh);

        await _loop.TurnAsync();

        Assert.Equal(1, Records()[0]);
        await _loop.TurnAsync();
        Assert.Equal(0, Records()[0]);
        Assert.Equal(0, Seconds()[0]);
    }

    [Fact]
    public async Task ABatchInHandIsLagAndItsAgeGrowsWithTheClock()
    {
        var (records, before, after) = (0L, 0.0, 0.0);
        _loop.Assigned(0, "a", "b");
        _loop.Handle = (batch, _) =>
        {
            (records, before) = (Records()[0], Seconds()[0]);
            _loop.Time.Advance(TimeSpan.FromSeconds(30));
            after = Seconds()[0];
            return LoopUnderTest.Done(batch);
        };

        await _loop.TurnAsync();

        Assert.Equal(2, records);
        Assert.Equal(30, after - before, 3);
        Assert.Equal(0, Seconds()[0]);
    }

    [Fact]
    public async Task WhileALoopBacksOffItAsksHowFarThePartitionHasGrown()
    {
        _loop.Assigned(0, "a", "b");
        _loop.FailFirst(1, () => new TimeoutException("Redis is away"));
        long? during = null;
        _loop.Consumer.OnPoll = _ =>
        {
            if (!_loop.Consumer.AnyPaused) return;
            if (_loop.Consumer.Polls == 8) _loop.Consumer.Produce(0, "c", "d", "e");
            if (_loop.Consumer.Polls > 20) during = Records()[0];
        };

        await _loop.TurnAsync();

        Assert.Equal(5, during);
    }

    [Fact]
    public async Task WhatComesAfterAQuietHourIsAsOldAsItIsKnownAndNoHourOld()
    {
        _loop.Assigned(0, "a");
        await _loop.TurnAsync();
        _loop.Time.Advance(TimeSpan.FromHours(1));
        _loop.Assigned(1, "b");
        _loop.FailFirst(1, () => new TimeoutException("Redis is away"));
        double? during = null;
        _loop.Consumer.OnPoll = _ =>
        {
            if (!_loop.Consumer.AnyPaused) return;
            if (_loop.Consumer.Polls == 8) _loop.Consumer.Produce(0, "c");
            if (Records().GetValueOrDefault(0) == 1) during = Seconds()[0];
        };

        await _loop.TurnAsync();

        Assert.NotNull(during);
        Assert.InRange(during.Value, 0, 10);
    }

    [Fact]
    public async Task ALostPartitionIsForgotten()
    {
        _loop.Assigned(0, "a");
        await _loop.TurnAsync();
        Assert.Single(Records());

        _loop.Consumer.Revoke(0);
        _loop.Time.Advance(LoopLag.Refresh);
        await _loop.TurnAsync();

        Assert.Empty(Records());
    }

    [Fact]
    public async Task ABrokerThatDoesNotSayLeavesTheLastKnownLag()
    {
        _loop.Assigned(0, "a", "b");
        _loop.FailFirst(1, () => new TimeoutException("Redis is away"));
        _loop.Consumer.WatermarksFail = new KafkaException(ErrorCode.Local_TimedOut);
        long? during = null;
        _loop.Consumer.OnPoll = _ => during = _loop.Consumer.AnyPaused ? Records()[0] : during;

        await _loop.TurnAsync();

        Assert.Equal(2, during);
    }

    private Dictionary<int, long> Records() => _loop.Lag.Records().ToDictionary(one => Partition(one.Tags), one => one.Value);

    private Dictionary<int, double> Seconds() => _loop.Lag.Seconds().ToDictionary(one => Partition(one.Tags), one => one.Value);

    private static int Partition(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == "messaging.destination.partition.id") return int.Parse((string)tag.Value!, System.Globalization.CultureInfo.InvariantCulture);
        }

        throw new KeyNotFoundException("no partition");
    }
}
