using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>What travels beside a value: trace context, CloudEvents attributes and the key.</summary>
public sealed class HeaderTests
{
    [Theory]
    [InlineData(ActivityTraceFlags.Recorded, "vendor=1")]
    [InlineData(ActivityTraceFlags.None, null)]
    public void TraceContextSurvivesTheHeaders(ActivityTraceFlags flags, string? state)
    {
        var context = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags, state);
        var headers = new Headers { { "traceparent", "stale"u8.ToArray() }, { "tracestate", "stale=1"u8.ToArray() } };

        TraceHeaders.Inject(headers, TraceHeaders.Of(context));
        var read = TraceHeaders.Extract(headers);

        Assert.Equal((context.TraceId, context.SpanId, context.TraceFlags, context.TraceState), (read.TraceId, read.SpanId, read.TraceFlags, read.TraceState));
        Assert.True(read.IsRemote);
        Assert.Single(headers, header => header.Key == "traceparent");
    }

    [Fact]
    public void NoContextWritesNoHeader()
    {
        var headers = new Headers();

        TraceHeaders.Inject(headers, TraceHeaders.Of(default));

        Assert.Empty(headers);
        Assert.Equal(default, TraceHeaders.Extract(headers));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00-xyz")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333é-01")]
    public void AMalformedTraceParentIsNoContext(string text) =>
        Assert.Equal(default, TraceHeaders.Extract(new Headers { { "traceparent", Encoding.UTF8.GetBytes(text) } }));

    [Fact]
    public void AHeaderWithoutAValueIsNoContext() => Assert.Equal(default, TraceHeaders.Extract(new Headers { new Header("traceparent", null) }));

    [Property]
    public void AnyBytesInTheTraceHeadersAreSurvived(byte[] parent, byte[] state) =>
        TraceHeaders.Extract(new Headers { { "traceparent", parent }, { "tracestate", state } });

    [Fact]
    public void ACloudEventIsWrittenInKafkasBinaryMode()
    {
        var headers = new CloudEvent("e1", "/driftline/ingestor", "driftline.storefront.click", new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(2))).ToHeaders();

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["ce_specversion"] = "1.0",
                ["ce_id"] = "e1",
                ["ce_source"] = "/driftline/ingestor",
                ["ce_type"] = "driftline.storefront.click",
                ["ce_time"] = "2026-01-02T01:04:05.678Z",
                ["content-type"] = "application/avro",
            },
            headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes())));
    }

    [Property]
    public Property AKeySurvives(UnicodeString text)
    {
        var key = "😀" + new string([.. text.Get.Where(character => !char.IsSurrogate(character))]);
        return (RecordKey.Decode(RecordKey.Encode(key)) == key).ToProperty();
    }

    [Fact]
    public void NoKeyIsNotAnEmptyKey()
    {
        Assert.Null(RecordKey.Encode(null));
        Assert.Null(RecordKey.Decode(null));
        Assert.Equal("", RecordKey.Decode(RecordKey.Encode("")));
    }
}
