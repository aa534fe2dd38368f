using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Driftline.Cli.Kafka;

/// <summary>A record of <c>storefront.events.rejected</c>: the original and why it was refused.</summary>
/// <param name="Time">When it was refused.</param>
/// <param name="Stage">Which service refused it.</param>
/// <param name="Error">What is wrong.</param>
/// <param name="Key">User id, if it could be read.</param>
/// <param name="Topic">The topic that it was on, or was to be on where the broker found it too large; null if it was refused at the HTTP edge before.</param>
/// <param name="Original">As it came, or as it is on that topic; null if it was left out because it is too large.</param>
internal sealed record RejectedRecord(
    int Partition, long Offset, DateTimeOffset Time, string Stage, string Error, string? Key, string? Topic, string? TopicPartition, string? TopicOffset, byte[]? Original)
{
    public string Place => string.Create(CultureInfo.InvariantCulture, $"{Partition}/{Offset}");

    public static RejectedRecord From(ConsumeResult<byte[], byte[]> record) => new(
        record.Partition.Value, record.Offset.Value,
        DateTimeOffset.TryParse(Header(record, "dl_time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : RecordTime.Of(record),
        Header(record, "dl_stage") ?? "", Header(record, "dl_error") ?? "", record.Message.Key is { } key ? Encoding.UTF8.GetString(key) : null,
        Header(record, "dl_topic"), Header(record, "dl_partition"), Header(record, "dl_offset"), record.Message.Value);

    private static string? Header(ConsumeResult<byte[], byte[]> record, string name) =>
        record.Message.Headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;
}

/// <summary>Which rejected records are meant; what is null passes.</summary>
/// <param name="Reason">Part of the error, letter case aside.</param>
internal sealed record RejectedFilter(string? Reason, string? Stage, string? User, DateTimeOffset? Since, DateTimeOffset? Until)
{
    public bool Passes(RejectedRecord record) =>
        (Reason is null || record.Error.Contains(Reason, StringComparison.OrdinalIgnoreCase))
        && (Stage is null || record.Stage == Stage)
        && (User is null || record.Key == User)
        && !(record.Time < Since) && !(record.Time >= Until);
}
