using System.Globalization;

namespace Driftline.Training;

/// <summary><c>train --data FOLDER --config FILE --out ARTIFACT</c>.</summary>
internal static class TrainCommand
{
    public static int Run(string data, string? config, string? split, string artifact, string? progress, CancellationToken cancel)
    {
        ProgressView.Check(progress);
        var settings = TrainingConfig.Load(config ?? Path.Combine(TrainingConfig.DefaultFolder, "default.json"));
        var events = TrainingData.Read(data, Split.Parse(split ?? Split.LeaveOneOut.Name));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{data}: {events.Users.Count} users, {events.Users.Sum(user => user.Events.Length)} events, {events.Items.Count} items, {events.Vocabulary.Categories.Count} categories"));
        using var model = ProgressView.Run(progress, settings.Training, report => new Trainer(settings, events, TimeProvider.System).Train(report, cancel));
        model.Save(artifact);
        var metrics = model.Manifest.Metrics;
        var users = (int)metrics["test.users"];
        Report.Print(
            model.Manifest, new RankingMetrics(users, metrics["test.hr@10"], metrics["test.ndcg@10"]),
            new RankingMetrics(users, metrics["popularity.hr@10"], metrics["popularity.ndcg@10"]));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{metrics["training.epochs"]} epochs in {metrics["training.seconds"]:F1} s; model {model.Manifest.Version} in {Path.GetFullPath(artifact)}"));
        return 0;
    }
}
