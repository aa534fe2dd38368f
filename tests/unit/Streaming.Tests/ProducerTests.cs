using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>Records that leave together.</summary>
public sealed class ProducerTests
{
    private readonly ProducerUnderTest _kafka = new();

    [Fact]
    public async Task ARefusedRecordOfABatchCostsItsNeighboursNothing()
    {
        _kafka.Refuse = message => message.Key!.AsSpan().SequenceEqual("b"u8) ? new Error(ErrorCode.MsgSizeTooLarge) : null;

        var errors = await _kafka.Producer.DeliverAsync("t", [Record("a"), Record("b"), Record("c")]);

        Assert.Equal([null, ErrorCode.MsgSizeTooLarge, null], errors.Select(error => error?.Code));
        Assert.Equal(2, _kafka.Sent.Count);
    }

    [Fact]
    public async Task ARecordThatTheClientWillNotEvenTakeIsToldLikeOneThatTheBrokerRefuses()
    {
        _kafka.WillNotTake = message => message.Key!.AsSpan().SequenceEqual("a"u8) ? new Error(ErrorCode.Local_QueueFull) : null;

        var errors = await _kafka.Producer.DeliverAsync("t", [Record("a"), Record("b")]);

        Assert.Equal([ErrorCode.Local_QueueFull, null], errors.Select(error => error?.Code));
    }

    [Fact]
    public async Task ABatchWithAFailureIsOneForWhoeverNeedsAllOfIt()
    {
        _kafka.Refuse = message => message.Key!.AsSpan().SequenceEqual("b"u8) ? new Error(ErrorCode.Local_MsgTimedOut) : null;

        var e = await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(() => _kafka.Producer.SendAsync("t", Record("a"), Record("b")));

        Assert.Equal(ErrorCode.Local_MsgTimedOut, e.Error.Code);
    }

    [Fact]
    public async Task NothingToSendIsDoneAtOnce() => Assert.Empty(await _kafka.Producer.DeliverAsync("t", []));

    [Fact]
    public async Task EachRecordOfABatchGoesOnInTheTraceOfItsOwnCause()
    {
        ActivityContext[] causes = [Cause(), Cause()];
        using var listener = new ActivityListener // of this test's spans alone: another's records would have a trace that it does not expect
        {
            ShouldListenTo = source => source.Name == StreamingTelemetry.SourceName,
            Sample = (ref asked) => asked.Links?.Any(link => causes.Contains(link.Context)) == true ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
        };
        ActivitySource.AddActivityListener(listener);

        await _kafka.Producer.SendAsync("t", Record("a", causes[0]), Record("b", causes[1]), Record("c"));

        var traces = _kafka.Sent.OrderBy(sent => sent.Message.Key![0]).Select(sent => TraceHeaders.Extract(sent.Message.Headers).TraceId).ToList();
        Assert.Equal(causes.Select(cause => cause.TraceId), traces[..2]);
        Assert.DoesNotContain(traces[2], causes.Select(cause => cause.TraceId));
        Assert.NotEqual(default, traces[2]);
    }

    /// <summary>Such as after a sequence error: it refuses every record from then on.</summary>
    [Theory]
    [InlineData(ErrorCode.Local_Fatal, true)]
    [InlineData(ErrorCode.Local_AllBrokersDown, false)]
    public async Task AProcessWhoseProducerIsBeyondRepairEndsAndIsStartedAnew(ErrorCode error, bool fatal)
    {
        var clients = new KafkaClients(Options.Create(new KafkaOptions()), new ConfigurationBuilder().Build(), NullLogger<KafkaClients>.Instance);
        using var guard = new FaultGuard(clients.ProducerFailed);
        await guard.StartAsync(CancellationToken.None);

        clients.ProducerError(new Error(error, "of the test", fatal));

        if (fatal) await Assert.ThrowsAsync<KafkaException>(() => guard.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(10)));
        else Assert.False(clients.ProducerFailed.IsCompleted || guard.ExecuteTask!.IsCompleted);
        await guard.StopAsync(CancellationToken.None);
    }

    private static ActivityContext Cause() => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

    private static OutgoingRecord Record(string key, ActivityContext cause = default) => OutgoingRecord.Of(key, [1], new CloudEvent(key, "/s", "t", DateTimeOffset.UnixEpoch), cause);
}
