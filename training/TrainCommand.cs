using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary><c>train --data FOLDER --config FILE --out ARTIFACT</c>.</summary>
internal static class TrainCommand
{
    public static int Run(string data, string? config, string? split, string artifact, string? json, string? progress, CancellationToken cancel)
    {
        ProgressView.Check(progress);
        var settings = config is { } file ? TrainingConfig.Load(file) : TrainingConfig.LoadDefault();
        var events = TrainingData.Read(data, Split.Parse(split ?? Split.LeaveOneOut.Name));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{data}: {events.Users.Count} users, {events.Users.Sum(user => user.Events.Length)} events, {events.Items.Count} items, {events.Vocabulary.Categories.Count} categories"));
        using var model = ProgressView.Run(progress, settings.Training, report => new Trainer(settings, events, TimeProvider.System).Train(report, checkpoint: artifact.TrimEnd('/') + ".checkpoint", cancel: cancel));
        model.Save(artifact);
        var metrics = model.Manifest.Metrics;
        var users = (int)metrics["test.users"];
        Report.Print(
            model.Manifest, new RankingMetrics(users, metrics["test.hr@10"], metrics["test.ndcg@10"]),
            new RankingMetrics(users, metrics["popularity.hr@10"], metrics["popularity.ndcg@10"]));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{metrics["training.epochs"]} epochs in {metrics["training.seconds"]:F1} s; model {model.Manifest.Version} in {Path.GetFullPath(artifact)}"));
        if (json is not null) File.WriteAllText(json, JsonSerializer.Serialize(Figures(model, events), TrainingFigures.Json) + "\n");
        return 0;
    }

    private static TrainingFigures Figures(ModelArtifact model, TrainingData events)
    {
        var featuriser = new Featuriser(model.Manifest.Features);
        var cases = Evaluation.TestCases(events);
        using var network = new NetworkRanker(model.Manifest.Name, model.Network, featuriser, TorchSharp.torch.CPU);
        using var process = Process.GetCurrentProcess();
        return new TrainingFigures(
            new Dictionary<string, double>(Evaluation.Items(network, events, cases).Named())
            {
                ["train-seconds"] = model.Manifest.Metrics["training.seconds"],
                ["peak-mib"] = Math.Round(process.PeakWorkingSet64 / 1048576.0),
            },
            events.Vocabulary.Categories.Count == 1 ? new() : new Dictionary<string, double>(Forecasts.Measure(network, events, featuriser, cases).Named()));
    }
}
