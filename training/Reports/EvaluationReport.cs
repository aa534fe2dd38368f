using System.Globalization;
using System.Text.Json;

namespace Driftline.Training;

/// <summary>The tables of items and categories of one data folder and split, with what is needed to make them again.</summary>
/// <param name="Data">Name of the data folder.</param>
/// <param name="Events">The data and its split.</param>
/// <param name="Cases">Test cases.</param>
/// <param name="SampledNegatives">Where given, items were ranked among so many others only.</param>
/// <param name="Command">What made the tables.</param>
public sealed record EvaluationReport(string Data, TrainingData Events, int Cases, int? SampledNegatives, string Command)
{
    private static readonly string[] ItemColumns =
        ["hr@1", "hr@5", "hr@10", "hr@20", "ndcg@5", "ndcg@10", "ndcg@20", "recall@10", "mrr", "coverage@10", "popularity-ratio@10", "train-seconds", "peak-mib"];

    private static readonly string[] NewColumns =
        ["new.hr@10", "new.ndcg@10", "new.recall@10", "new.mrr", "new.coverage@10", "new.popularity-ratio@10", "new.cases"];

    private static readonly string[] CategoryColumns = ["accuracy", "recall@3", "macro-f1", "kl", "js", "direction", "mixture"];

    /// <summary>The models' text encoder; null where there is no model.</summary>
    public string? TextEncoder { get; init; }

    /// <summary>Rankers.</summary>
    public ResultsTable Items { get; } = new("Items");

    /// <summary>Forecasters.</summary>
    public ResultsTable Categories { get; } = new("Categories", "forecaster");

    /// <summary>What was asked, of whom, among what.</summary>
    public string Protocol => string.Create(CultureInfo.InvariantCulture,
        $"{Events.Split.Protocol}; {(SampledNegatives is { } n ? $"SAMPLED ranking among {n} others (misleading)" : $"full ranking over {Events.Items.Count} items")}, {Cases} users, seen items not filtered (new: items that the user has not met, the met ones left out), ties by item index; split {Events.SplitHash[..12]}{(TextEncoder is null ? "" : $". Models: text encoder {TextEncoder}; a blend's tables are counted with the validation events, which precede the test, the networks and the baselines learn from the training events alone")}");

    private string CategoryProtocol => string.Create(CultureInfo.InvariantCulture,
        $"Distribution over {Events.Vocabulary.Categories.Count} categories of the coming {Split.HorizonDays} days, or {Split.SparseHorizonEvents} events where those hold none{(Events.Split.Held > 0 ? $", of the {Events.Split.Held} held out of each user" : "")}; KL of realised || forecast in bits, with each forecaster's mixture of the population chosen on validation");

    /// <summary>Prints both tables.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine(Protocol);
        output.WriteLine(Items.Plain(ItemColumns));
        if (Items.Metrics.Contains("new.ndcg@10")) output.WriteLine(Items.Plain(NewColumns));
        if (Categories.Rows.Count == 0) return;
        output.WriteLine(CategoryProtocol);
        output.WriteLine(Categories.Plain(CategoryColumns));
    }

    /// <summary>Writes all figures.</summary>
    public void WriteJson(string path) => File.WriteAllText(path, JsonSerializer.Serialize(new
    {
        protocol = Protocol,
        categoryProtocol = CategoryProtocol,
        command = Command,
        data = Data,
        Events.DataHash,
        split = Events.Split.Name,
        Events.SplitHash,
        users = Cases,
        itemCount = Events.Items.Count,
        sampledNegatives = SampledNegatives,
        items = Items.ByRow(),
        categories = Categories.ByRow(),
    }, ReportFiles.Json) + "\n");

    /// <summary>Writes <c>results.json</c>, <c>results.md</c> and the plots into a folder.</summary>
    public void WriteFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        WriteJson(Path.Combine(folder, "results.json"));
        Plots.Bars(Path.Combine(folder, "items.png"), Items, "ndcg@10", "NDCG@10 (higher is better)", $"{Data}, {Events.Split.Name}: next items");
        var text = $"# {Data}, {Events.Split.Name}\n\n{Protocol}. Data {Events.DataHash[..12]}.\n\n```\n{Command}\n```\n\n## Items\n\n{Items.Markdown(ItemColumns)}\n![NDCG@10](items.png)\n";
        if (Items.Metrics.Contains("new.ndcg@10"))
        {
            Plots.Bars(Path.Combine(folder, "items-new.png"), Items, "new.ndcg@10", "NDCG@10 (higher is better)", $"{Data}, {Events.Split.Name}: items new to the user");
            text += $"\n## Items new to the user\n\n{Items.Markdown(NewColumns)}\n![NDCG@10 of new items](items-new.png)\n";
        }

        if (Categories.Rows.Count > 0)
        {
            Plots.Bars(Path.Combine(folder, "categories.png"), Categories, "kl", "KL in bits (lower is better)", $"{Data}, {Events.Split.Name}: category forecast");
            text += $"\n## Categories\n\n{CategoryProtocol}.\n\n{Categories.Markdown(CategoryColumns)}\n![KL](categories.png)\n";
        }

        File.WriteAllText(Path.Combine(folder, "results.md"), text);
    }
}
