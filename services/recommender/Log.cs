namespace Driftline.Recommender;

internal static partial class Log
{
    [LoggerMessage(EventName = "recommender.applied", Level = LogLevel.Debug, Message = "Applied {Updates} updates and {Erasures} erasures of {Records} records")]
    public static partial void Applied(ILogger log, int updates, int erasures, int records);

    [LoggerMessage(EventName = "recommender.release", Level = LogLevel.Information, Message = "Model {Model} is now {Version}")]
    public static partial void Released(ILogger log, string model, string version);

    [LoggerMessage(EventName = "recommender.version.dropped", Level = LogLevel.Information, Message = "Item vectors of superseded model version {Version} were dropped")]
    public static partial void VersionDropped(ILogger log, string version);

    [LoggerMessage(EventId = 401, EventName = "recommender.dependency.away", Level = LogLevel.Warning, Message = "Answering {Path} with 503: {Reason}")]
    public static partial void DependencyAway(ILogger log, string path, string reason);

    [LoggerMessage(EventName = "recommender.shadow.failed", Level = LogLevel.Warning, Message = "Shadow {Variant} failed on one question, which changes no answer")]
    public static partial void ShadowFailed(ILogger log, Exception e, string variant);

    [LoggerMessage(EventName = "recommender.feedback.counted", Level = LogLevel.Debug, Message = "Attributed {Counted} shown items' feedback from {Records} records")]
    public static partial void FeedbackCounted(ILogger log, int counted, int records);

    [LoggerMessage(EventName = "recommender.not_explained", Level = LogLevel.Warning, Message = "An answer was not explained: {Reason}")]
    public static partial void NotExplained(ILogger log, string reason);

    [LoggerMessage(EventName = "recommender.message.unreadable", Level = LogLevel.Warning, Message = "An update of a streamed interest could not be decoded and was not streamed")]
    public static partial void MessageUnreadable(ILogger log, Exception e);
}
