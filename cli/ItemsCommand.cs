using System.CommandLine;
using Driftline.Cli.Delivery;

namespace Driftline.Cli;

/// <summary><c>driftline items import</c>.</summary>
internal static class ItemsCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("file")
        {
            Description = "CSV files (item_id, and optionally title, category with | between several, description, price, currency, available, kind; any other column is an attribute), "
                + "files of JSON lines or of one array, folders in the import format; - is JSON from the input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var import = new Command("import", "Add or replace items; rows that are not taken are told with file, line and field, all others are imported.") { files, Connections.Ingestor };
        import.SetAction((parsed, stopping) => Connections.WithIngestorAsync(parsed, async ingestor =>
        {
            var items = parsed.GetRequiredValue(files).SelectMany(ReadItems.From);
            return await DeliverElements.Items(ingestor).RunAsync(parsed, items, null, "items", stopping);
        }));
        return new Command("items", "The catalogue.") { import };
    }
}
