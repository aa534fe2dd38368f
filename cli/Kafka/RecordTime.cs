using Confluent.Kafka;

namespace Driftline.Cli.Kafka;

/// <summary>A record's time. A producer may set any number, microseconds for example: beyond what a time can be it is the nearest that can.</summary>
internal static class RecordTime
{
    public static DateTimeOffset Of(ConsumeResult<byte[], byte[]> record) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(
        record.Message.Timestamp.UnixTimestampMs, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}
