namespace Driftline.Ingestor;

internal static partial class Log
{
    [LoggerMessage(EventId = 201, EventName = "ingestor.full", Level = LogLevel.Warning, Message = "{Limit} records wait for Kafka: a request was answered with 503")]
    public static partial void Full(ILogger log, int limit);

    [LoggerMessage(EventId = 202, EventName = "ingestor.unavailable", Level = LogLevel.Warning, Message = "A request of {Count} elements was answered with 503: {Reason}")]
    public static partial void Unavailable(ILogger log, int count, string reason);
}
