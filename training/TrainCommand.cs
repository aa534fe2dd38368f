using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary><c>train --data FOLDER --config FILE --out ARTIFACT</c>.</summary>
internal static class TrainCommand
{
    /// <param name="parent">Where given, the program ends with this stream: a training of a benchmark that was killed must not go on beside the next one's.</param>
    public static int Run(Stream? parent, string data, string? config, string? split, string artifact, string? json, string? progress, CancellationToken cancel)
    {
        if (parent is not null) new Thread(() => EndWith(parent)) { IsBackground = true, Name = "parent watch" }.Start();
        ProgressView.Check(progress);
        var settings = config is { } file ? TrainingConfig.Load(file) : TrainingConfig.LoadDefault();
        ModelArtifact.RefuseOtherContent(artifact); // not after a training
        var events = TrainingData.Read(data, Split.Parse(split ?? Split.LeaveOneOut.Name));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{data}: {events.Users.Count} users, {events.Users.Sum(user => user.Events.Length)} events, {events.Items.Count} items, {events.Vocabulary.Categories.Count} categories"));
        if (Evaluation.ValidationCases(events, settings.Training.ValidationUsers).Count == 0)
            Console.Error.WriteLine($"{data}: no user has a validation case under --split {events.Split.Name}: the last epoch is kept in place of the best, and the model has no blend. Choose another split for both.");
        if (Evaluation.TestCases(events).Count == 0)
            Console.Error.WriteLine($"{data}: no user has a test under --split {events.Split.Name}: the model is trained, and its test figures are 0 and of nobody. Choose another split to measure it.");
        var checkpoint = Path.TrimEndingDirectorySeparator(Path.GetFullPath(artifact)) + ".checkpoint"; // beside the folder, also of "."
        using var model = ProgressView.Run(progress, settings.Training, report => new Trainer(settings, events, TimeProvider.System).Train(report, checkpoint: checkpoint, cancel: cancel));
        model.Save(artifact);
        Checkpoint.Remove(checkpoint);
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
        File.WriteAllText(json + ".tmp", JsonSerializer.Serialize(figures with { Key = Checkpoint.KeyOf(settings, events) }, TrainingFigures.Json) + "\n");
        File.Move(json + ".tmp", json, overwrite: true); // complete wherever it is
        return 0;
    }

    private static void EndWith(Stream parent)
    {
        try
        {
            while (parent.ReadByte() >= 0)
            {
            }
        }
        catch (IOException)
        {
            // A broken pipe says the same as its end.
        }

        Environment.Exit(130);
    }
}
