using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

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
        var figures = TrainingFigures.Of(model.Manifest);
        var metrics = model.Manifest.Metrics;
        var cases = (int)figures.Items["cases"];
        Report.Print(
            model.Manifest, new RankingMetrics(cases, figures.Items["hr@10"], figures.Items["ndcg@10"]),
            new RankingMetrics(cases, metrics["popularity.hr@10"], metrics["popularity.ndcg@10"]));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{metrics["training.epochs"]} epochs in {metrics["training.seconds"]:F1} s; model {model.Manifest.Version} in {Path.GetFullPath(artifact)}"));
        if (json is null) return 0;
        using var process = Process.GetCurrentProcess();
        figures.Items.Add("peak-mib", Math.Round(process.PeakWorkingSet64 / 1048576.0));
        File.WriteAllText(json, JsonSerializer.Serialize(figures, TrainingFigures.Json) + "\n");
        return 0;
    }
}
