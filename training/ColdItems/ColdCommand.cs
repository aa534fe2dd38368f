using System.CommandLine;
using System.Globalization;
using Driftline.InterestModel;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary><c>cold --data FOLDER --out FOLDER [--config FILE] [--share PERCENT] [--seeds N]</c>.</summary>
internal static class ColdCommand
{
    /// <summary>The command.</summary>
    /// <param name="guarded">Turns what the user can put right into one line and an exit code.</param>
    /// <param name="line">The command line, for the report.</param>
    public static Command Create(Func<Func<int>, int> guarded, string line)
    {
        var data = new Option<string>("--data") { Description = "Folder in the import format.", Required = true };
        var config = new Option<string?>("--config") { Description = "Training configuration; the program's configs/cold.json where left out." };
        var output = new Option<string>("--out") { Description = "Folder for results.json, results.md and plots.", Required = true };
        var share = new Option<double>("--share") { Description = $"Percent of the items with {ColdSplit.LeastEvents} events or more to hold out.", DefaultValueFactory = _ => 10, CustomParser = DecimalOption.Parse };
        var seeds = new Option<int>("--seeds") { Description = "Repetitions, each with a seed of its own for items, weights and batches.", DefaultValueFactory = _ => 1 };
        var progress = new Option<string?>("--progress") { Description = "plain or bar; a bar on terminals where left out." };
        var command = new Command("cold", "Hold items out of training wholly and see how well they are found by their texts.") { data, config, output, share, seeds, progress };
        command.SetAction((result, cancel) => Task.FromResult(guarded(() => Run(
            result.GetValue(data)!, result.GetValue(config), result.GetValue(output)!, result.GetValue(share), result.GetValue(seeds), result.GetValue(progress), line, cancel))));
        return command;
    }

    private static int Run(string data, string? config, string folder, double share, int seeds, string? progress, string line, CancellationToken cancel)
    {
        ProgressView.Check(progress);
        if (share is not (> 0 and < 100)) throw new InputException(FormattableString.Invariant($"--share {share}: must be more than 0 and less than 100."));
        if (seeds is < 1 or > 100) throw new InputException($"--seeds {seeds}: must be 1 to 100.");
        ReportFiles.Prepare(folder);
        var settings = ItemTexts.Resolved(TrainingConfig.Load(config ?? Path.Combine(TrainingConfig.DefaultFolder, "cold.json")));
        var events = TrainingData.Read(data);
        var report = new ColdReport(
            ReportFiles.NameOf(data), events.DataHash, events.Items.Count, share, settings, line);
        for (var i = 0; i < seeds; i++)
        {
            var seeded = settings with { Training = settings.Training with { Seed = settings.Training.Seed + i } };
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{i + 1} of {seeds}] seed {seeded.Training.Seed}"));
            Add(report.Table, ColdSplit.Of(events, share, seeded.Training.Seed), seeded, split =>
                ProgressView.Run(progress, seeded.Training, told => new Trainer(seeded, split.Training, TimeProvider.System).Train(told, cancel: cancel)), cancel);
            report.WriteFolder(folder);
        }

        report.Print(Console.Out);
        return 0;
    }

    /// <summary>Trains on what is left and adds the figures of the model and of what it is held against.</summary>
    internal static void Add(ResultsTable table, ColdSplit split, TrainingConfig config, Func<ColdSplit, ModelArtifact> train, CancellationToken cancel = default)
    {
        if (Evaluation.TestCases(split.All).Count == 0) throw new InputException("--share: no user has an event of an item that is held out, with another before it. Hold out more.");
        using var encoder = ItemTexts.Encoder(config.Model);
        var texts = ItemTexts.Encode(split.All.Items, encoder, cancel);
        using var model = train(split);
        using var cold = tensor(texts.CentredBy(model.Network.TextMean()).Values, [texts.Count, texts.Dimensions]).narrow(0, split.Warm, texts.Count - split.Warm);
        var name = $"{model.Manifest.Architecture.Encoder}, cold items by text";
        if (model.Manifest.Architecture.Associations) Rank(name + ", blended");
        model.Network.Associations.Set(BlendSettings.NetworkAlone);
        Rank(name);
        foreach (var ranker in (IItemRanker[])[new NearestText(texts), new Popularity(split.All), new RandomOrder(texts.Count, config.Training.Seed)])
            table.Add(ranker.Name, ColdFigures.Of(ranker, split));

        void Rank(string row)
        {
            using var ranker = new NetworkRanker(row, model.Network, new Featuriser(config.Features), CPU, cold);
            table.Add(row, ColdFigures.Of(ranker, split));
            table.Add(row, "train-seconds", model.Manifest.Metrics["training.seconds"]);
            table.Add(row, "cold-items", texts.Count - split.Warm);
        }
    }
}
