using System.CommandLine;

namespace Driftline.Cli;

/// <summary>All commands.</summary>
internal static class CommandLine
{
    public static RootCommand Create() => new("Driftline from a terminal: send events and items, read recommendations and topics, replay what was rejected.")
    {
        Shown.Json, Connections.Wait, Connections.Key,
        EventsCommand.Create(), ReplayCommand.Create(), ItemsCommand.Create(), RecommendCommand.Create(), InterestsCommand.Create(),
        TailCommand.Create(), RejectedCommand.Create(), EraseCommand.Create(),
    };
}
