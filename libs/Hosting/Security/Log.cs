using Microsoft.Extensions.Logging;

namespace Driftline.Hosting.Security;

internal static partial class Log
{
    [LoggerMessage(EventName = "security.off", Level = LogLevel.Warning, Message = "Nobody is asked who they are: whoever reaches this service may do everything. Set Security:KeysFile or Security:Jwt:Authority")]
    public static partial void Off(ILogger log);

    [LoggerMessage(EventName = "security.keys.read", Level = LogLevel.Information, Message = "The file of API keys has changed: {Count} keys are in force")]
    public static partial void KeysRead(ILogger log, int count);

    [LoggerMessage(EventName = "security.keys.unreadable", Level = LogLevel.Error, Message = "The file of API keys has changed and cannot be read, the keys of before stay in force: {Reason}")]
    public static partial void KeysUnreadable(ILogger log, string reason);
}
