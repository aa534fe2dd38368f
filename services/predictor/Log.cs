namespace Driftline.Predictor;

internal static partial class Log
{
    [LoggerMessage(EventName = "predictor.model.loading", Level = LogLevel.Information, Message = "Loading model {Name} {Version} from {Uri}")]
    public static partial void Loading(ILogger log, string name, string version, string uri);

    [LoggerMessage(EventName = "predictor.model.serving", Level = LogLevel.Information, Message = "Serving model {Version} on {Device} after {Elapsed}")]
    public static partial void Serving(ILogger log, string version, string device, TimeSpan elapsed);

    [LoggerMessage(EventName = "predictor.model.refused", Level = LogLevel.Error, Message = "Model {Name} {Version} cannot be served; the one before it stays. Release a good artifact to go on")]
    public static partial void Refused(ILogger log, Exception e, string name, string version);

    [LoggerMessage(EventName = "predictor.sequences.short", Level = LogLevel.Warning, Message = "Model {Version} reads {Wanted} events of a user (features.sequenceLength), and Predictor:Sequence:MaxLength gives it {Given}: it was not evaluated so. Raise that and FeatureBuilder:Sequence:MaxLength, or train with fewer")]
    public static partial void ShortSequences(ILogger log, string version, int wanted, int given);

    [LoggerMessage(EventName = "predictor.vectors.published", Level = LogLevel.Information, Message = "{Count} item vectors of model {Version} published, {Withdrawn} withdrawn")]
    public static partial void VectorsPublished(ILogger log, int count, string version, int withdrawn);

    [LoggerMessage(EventName = "predictor.vectors.failed", Level = LogLevel.Warning, Message = "Publishing item vectors failed; trying again in {Wait}")]
    public static partial void VectorsFailed(ILogger log, Exception e, TimeSpan wait);
}
