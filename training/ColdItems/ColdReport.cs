using System.Globalization;
using System.Text.Json;

namespace Driftline.Training;

/// <summary>The table of cold items, with what is needed to make it again.</summary>
internal sealed record ColdReport(string Data, string DataHash, int Items, double Share, TrainingConfig Config, string Command)
{
    private static readonly string[] Columns =
        ["recall@10", "recall@50", "ndcg@10", "cold.recall@10", "cold.recall@50", "cold.ndcg@10", "cases", "cold-items", "train-seconds"];

    /// <summary>The figures, a row a ranker.</summary>
    public ResultsTable Table { get; } = new("Cold items");

    private string Protocol => string.Create(CultureInfo.InvariantCulture,
        $"{Share:0.##}% of the items with {ColdSplit.LeastEvents} events or more, seeded, are held out of training wholly: not in the model's catalogue, and their events neither in training nor in any history. The test is each user's last event of such an item that has another event before it; of that user nothing later is trained on. Cold items are ranked by what the adaptor makes of their texts, blended also by what the user's events lead to among the items most like them; full ranking over all {Items} items, and among the cold items alone (cold.), ties by item index, the cold ones last and in random order: popularity, which is 0 for each of them, is a random order among them. Text encoder {Config.Model.TextEncoder}. The event before is often of the same order. Data {DataHash[..12]}");

    public void Print(TextWriter output)
    {
        output.WriteLine(Protocol + ".");
        output.WriteLine(Table.Plain(Columns));
    }

    /// <summary>Writes <c>results.json</c>, <c>results.md</c> and the plots.</summary>
    public void WriteFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "results.json"), JsonSerializer.Serialize(
            new { protocol = Protocol, command = Command, data = Data, DataHash, share = Share, config = Config, figures = Table.ByRow() }, ReportFiles.Json) + "\n");
        Plots.Bars(Path.Combine(folder, "cold-all.png"), Table, "recall@50", "recall@50 (higher is better)", $"{Data}: cold items among all items");
        Plots.Bars(Path.Combine(folder, "cold.png"), Table, "cold.recall@10", "recall@10 (higher is better)", $"{Data}: cold items among the cold items");
        File.WriteAllText(
            Path.Combine(folder, "results.md"),
            $"# Cold items of {Data}\n\n{Protocol}.\n\n```\n{Command}\n```\n\n{Table.Markdown(Columns)}\n![recall@50 among all items](cold-all.png)\n\n![recall@10 among the cold items](cold.png)\n");
    }
}
