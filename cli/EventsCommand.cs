using System.CommandLine;
using Driftline.Cli.Delivery;

namespace Driftline.Cli;

/// <summary><c>driftline events send</c>.</summary>
internal static class EventsCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("file") { Description = "Files of JSON lines, of one array or of one event; - is the input.", DefaultValueFactory = _ => ["-"], Arity = ArgumentArity.ZeroOrMore };
        var send = new Command("send", "Send events as they are; those that are not taken are told with file and line.") { files, ReplayCommand.Rate, Connections.Ingestor };
        send.SetAction((parsed, stopping) => Connections.WithIngestorAsync(parsed, async ingestor =>
        {
            var events = parsed.GetRequiredValue(files).SelectMany(ReadJson.From);
            return await DeliverElements.Events(ingestor, parsed.GetValue(ReplayCommand.Rate)).RunAsync(parsed, events, null, "events", stopping);
        }));
        return new Command("events", "Shoppers' events.") { send };
    }
}
