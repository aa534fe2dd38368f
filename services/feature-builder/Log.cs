namespace Driftline.FeatureBuilder;

internal static partial class Log
{
    [LoggerMessage(EventName = "feature_builder.batch.written", Level = LogLevel.Debug, Message = "{Events} events of {Users} users written")]
    public static partial void BatchWritten(ILogger log, int events, int users);

    [LoggerMessage(EventName = "feature_builder.erased", Level = LogLevel.Information, Message = "{Erasures} erasures handed on; what was held here is gone")]
    public static partial void Erased(ILogger log, int erasures);

    [LoggerMessage(EventName = "feature_builder.rebuilt", Level = LogLevel.Information, Message = "Sequences are rebuilt from {Events} events and {Erasures} erasures")]
    public static partial void Rebuilt(ILogger log, long events, long erasures);
}
