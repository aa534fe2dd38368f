using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>What an operator finds in the rejected topic.</summary>
public sealed class DeadLettersTests
{
    private readonly ProducerUnderTest _kafka = new();
    private readonly DeadLetters _deadLetters;

    public DeadLettersTests() => _deadLetters = new DeadLetters(
        "rejected", "stage-1", _kafka.Producer, _kafka.Telemetry, new FakeTimeProvider(DateTimeOffset.UnixEpoch), NullLogger<DeadLetters>.Instance);

    [Fact]
    public async Task ARejectedRecordKeepsItsBytesAndHeadersAndSaysWhereItCameFromAndWhy()
    {
        var record = Record([1, 2, 3], new Headers { { "ce_id", "e1"u8.ToArray() }, { "dl_error", "an older reason"u8.ToArray() } });

        await ((IDeadLetters)_deadLetters).SendAsync(record, "rating: 9 is above 5", "invalid");

        var (topic, message) = Assert.Single(_kafka.Sent);
        Assert.Equal("rejected", topic);
        Assert.Equal("u1"u8.ToArray(), message.Key);
        Assert.Equal([1, 2, 3], message.Value);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["ce_id"] = "e1",
                ["dl_topic"] = "events",
                ["dl_partition"] = "3",
                ["dl_offset"] = "42",
                ["dl_stage"] = "stage-1",
                ["dl_error"] = "rating: 9 is above 5",
                ["dl_time"] = "1970-01-01T00:00:00.0000000+00:00",
            },
            message.Headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes())));
        Assert.Single(record.Message.Headers, header => header.Key == "dl_error"); // the record itself is left alone for a retry
        Assert.Equal("an older reason", ProducerUnderTest.Text(record.Message.Headers, "dl_error"));
    }

    [Fact]
    public async Task ARejectionContinuesTheTraceOfItsRecord()
    {
        var record = Record([1], new Headers { { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"u8.ToArray() } });

        await ((IDeadLetters)_deadLetters).SendAsync(record, "no", "invalid");

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", TraceHeaders.Extract(_kafka.Sent[0].Message.Headers).TraceId.ToString());
        Assert.Single(_kafka.Sent[0].Message.Headers, header => header.Key == "traceparent");
    }

    [Fact]
    public async Task AnEventRefusedAtTheEdgeHasNoTopic()
    {
        await _deadLetters.SendAsync(null, "{}"u8.ToArray(), "userId is missing", "userId");

        var message = Assert.Single(_kafka.Sent).Message;
        Assert.Null(message.Key);
        Assert.Null(ProducerUnderTest.Text(message.Headers, "dl_topic"));
        Assert.Equal("userId is missing", ProducerUnderTest.Text(message.Headers, "dl_error"));
    }

    [Fact]
    public async Task AnEndlessReasonIsCut()
    {
        await _deadLetters.SendAsync("u1", [], new string('x', 100_000), "element");

        Assert.Equal(1_000, ProducerUnderTest.Text(_kafka.Sent[0].Message.Headers, "dl_error")!.Length);
    }

    [Fact]
    public async Task AValueTooLargeForTheBrokerLeavesATraceInsteadOfStoppingTheLine()
    {
        _kafka.Refuse = message => message.Value?.Length > 100 ? new Error(ErrorCode.MsgSizeTooLarge) : null;

        await ((IDeadLetters)_deadLetters).SendAsync(Record(new byte[101], []), "cannot decode", "undecodable");

        var message = Assert.Single(_kafka.Sent).Message;
        Assert.Null(message.Value);
        Assert.Equal("101", ProducerUnderTest.Text(message.Headers, "dl_omitted_bytes"));
        Assert.Equal("42", ProducerUnderTest.Text(message.Headers, "dl_offset"));
    }

    [Fact]
    public async Task ARecordOfABatchThatIsTooLargeKeepsItsValue()
    {
        var together = new ConcurrentDictionary<byte[], bool>(ReferenceEqualityComparer.Instance);
        _kafka.Refuse = message => together.TryAdd(message.Value!, true) ? new Error(ErrorCode.MsgSizeTooLarge) : null; // and what comes again is alone

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ((IDeadLetters)_deadLetters).SendAsync(Record(new byte[40], []), "cannot decode", "undecodable")));

        Assert.Equal(3, _kafka.Sent.Count);
        Assert.All(_kafka.Sent, sent => Assert.Equal(40, sent.Message.Value?.Length));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(new byte[] { 1 })]
    public async Task SoDoHeadersAndAKeyThatAreTooLarge(byte[]? value)
    {
        _kafka.Refuse = message => message.Headers.Sum(header => header.GetValueBytes().Length) + message.Key?.Length > 2_000 ? new Error(ErrorCode.MsgSizeTooLarge) : null;
        var record = Record(value!, new Headers { { "ce_id", "e1"u8.ToArray() }, { "large", new byte[2_001] } });
        record.Message.Key = new byte[1_025];

        await ((IDeadLetters)_deadLetters).SendAsync(record, "cannot decode", "undecodable");

        var message = Assert.Single(_kafka.Sent).Message;
        Assert.Null(message.Key);
        Assert.Equal("2", ProducerUnderTest.Text(message.Headers, "dl_omitted_headers"));
        Assert.Equal("cannot decode", ProducerUnderTest.Text(message.Headers, "dl_error"));
        Assert.Equal("42", ProducerUnderTest.Text(message.Headers, "dl_offset"));
    }

    [Fact]
    public async Task ARefusedDeadLetterIsTheCallersToTryAgain()
    {
        _kafka.Refuse = _ => new Error(ErrorCode.Local_MsgTimedOut);

        await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(() => ((IDeadLetters)_deadLetters).SendAsync(Record([1], []), "no", "invalid"));
    }

    private static ConsumeResult<byte[], byte[]> Record(byte[] value, Headers headers) => new()
    {
        TopicPartitionOffset = new TopicPartitionOffset("events", 3, 42),
        Message = new Message<byte[], byte[]> { Key = "u1"u8.ToArray(), Value = value, Headers = headers },
    };
}
