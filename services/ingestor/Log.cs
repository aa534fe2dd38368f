namespace Driftline.Ingestor;

internal static partial class Log
{
    [LoggerMessage(EventName = "ingestor.full", Level = LogLevel.Warning, Message = "{Limit} records wait for Kafka: a request was answered with 503")]
    public static partial void Full(ILogger log, int limit);

    [LoggerMessage(EventName = "ingestor.unavailable", Level = LogLevel.Warning, Message = "A request of {Count} elements was answered with 503: {Reason}")]
    public static partial void Unavailable(ILogger log, int count, string reason);
}
