using Microsoft.Extensions.Logging;

namespace Driftline.Streaming;

internal static partial class Log
{
    [LoggerMessage(EventName = "streaming.poll.failed", Level = LogLevel.Warning, Message = "Polling {Topic} failed with {Code}: {Reason}")]
    public static partial void PollFailed(ILogger log, string topic, string code, string reason);

    [LoggerMessage(EventName = "streaming.partition.taken_again", Level = LogLevel.Warning, Message = "{Topic}[{Partition}] was assigned but not read after an error; it is taken again from its committed offset")]
    public static partial void TakenAgain(ILogger log, string topic, int partition);

    [LoggerMessage(EventName = "streaming.records.lost", Level = LogLevel.Critical,
        Message = "{Topic}[{Partition}]: offset {Wanted} is gone, the oldest left is {Low}: {Lost} records were deleted before they were read. Raise the topic's retention or add replicas.")]
    public static partial void RecordsLost(ILogger log, string topic, int partition, long wanted, long low, long lost);

    [LoggerMessage(EventName = "streaming.log.shorter", Level = LogLevel.Critical,
        Message = "{Topic}[{Partition}] ends at {High}, before the offset {Wanted} that was read last: brokers have lost records, or the topic was made anew. It is read again from {Low}.")]
    public static partial void LogShorter(ILogger log, string topic, int partition, long high, long wanted, long low);

    [LoggerMessage(EventName = "streaming.batch.failed", Level = LogLevel.Warning, Message = "A batch of {Count} from {Topic} failed; trying again in {Wait}")]
    public static partial void BatchFailed(ILogger log, Exception e, string topic, int count, TimeSpan wait);

    [LoggerMessage(EventName = "streaming.record.blamed", Level = LogLevel.Error, Message = "{Topic}[{Partition}]@{Offset} keeps failing and goes to the rejected topic")]
    public static partial void RecordBlamed(ILogger log, Exception e, string topic, int partition, long offset);

    [LoggerMessage(EventId = 101, EventName = "streaming.record.rejected", Level = LogLevel.Warning, Message = "{Topic}[{Partition}]@{Offset} rejected: {Reason}")]
    public static partial void RecordRejected(ILogger log, string topic, int partition, long offset, string reason);

    [LoggerMessage(EventName = "streaming.partition.moved", Level = LogLevel.Information, Message = "{Topic}[{Partition}] moved to another member; its offset was not stored")]
    public static partial void NoLongerOurs(ILogger log, string topic, int partition);

    [LoggerMessage(EventName = "streaming.close.failed", Level = LogLevel.Warning, Message = "Leaving the group of {Topic} failed: {Reason}. Its last stored offsets may not be committed; their records will be repeated")]
    public static partial void CloseFailed(ILogger log, string topic, string reason);

    [LoggerMessage(EventName = "streaming.client.message", Level = LogLevel.Warning, Message = "Kafka client: {Reason}")]
    public static partial void Client(ILogger log, string reason);

    [LoggerMessage(EventName = "streaming.table.waiting", Level = LogLevel.Warning, Message = "Table {Topic} cannot be read yet ({Reason}); trying again in {Wait}")]
    public static partial void TableWaiting(ILogger log, string topic, string reason, TimeSpan wait);

    [LoggerMessage(EventName = "streaming.table.skipped", Level = LogLevel.Error, Message = "{Topic}[{Partition}]@{Offset} is no {Type} and was skipped: {Reason}")]
    public static partial void TableSkipped(ILogger log, string topic, int partition, long offset, string type, string reason);

    [LoggerMessage(EventName = "streaming.table.ready", Level = LogLevel.Information, Message = "Table {Topic} is caught up after {Count} records")]
    public static partial void TableReady(ILogger log, string topic, long count);

    [LoggerMessage(EventName = "streaming.replay.skipped", Level = LogLevel.Warning, Message = "{Topic}[{Partition}]@{Offset} cannot be handled and is passed over; it is in the rejected topic since it was first read")]
    public static partial void ReplaySkipped(ILogger log, Exception e, string topic, int partition, long offset);

    [LoggerMessage(EventName = "streaming.replay.waiting", Level = LogLevel.Warning, Message = "Reading {Topic} again waits: {Reason}; trying again in {Wait}")]
    public static partial void ReplayWaiting(ILogger log, string topic, string reason, TimeSpan wait);

    [LoggerMessage(EventName = "streaming.replay.progress", Level = LogLevel.Information, Message = "{Records} records of {Topic} read again, {Left} left")]
    public static partial void ReplayProgress(ILogger log, string topic, long records, long left);
}
