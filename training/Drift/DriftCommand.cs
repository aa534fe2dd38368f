using System.CommandLine;
using System.Globalization;
using Driftline.InterestModel;
using Driftline.Storefront.Simulation;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary><c>drift --data FOLDER [--artifact A | --config FILE] --out FOLDER</c>: are kind and direction of known migrations found?</summary>
internal static class DriftCommand
{
    private const int SimulatedItems = 1_000;

    // The last test time is so long before the end of the data, besides the horizon: a migration is recorded where its middle is.
    private const int DaysAfter = 31;

    /// <summary>The command.</summary>
    /// <param name="guarded">Turns what the user can put right into one line and an exit code.</param>
    /// <param name="line">The command line, for the report.</param>
    public static Command Create(Func<Func<int>, int> guarded, string line)
    {
        var data = new Option<string>("--data") { Description = "Folder that the storefront simulator wrote; with --simulate, where to write it.", Required = true };
        var artifact = new Option<string?>("--artifact") { Description = "A model trained on the folder under a split by time: judged at its time." };
        var config = new Option<string?>("--config") { Description = "Training configuration of the model of each test time; the program's configs/drift.json where left out." };
        var output = new Option<string>("--out") { Description = "Folder for results.json, results.md and plots.", Required = true };
        var simulate = new Option<int?>("--simulate") { Description = "Simulate a store of so many users first." };
        var days = new Option<int>("--days") { Description = "Days to simulate; more than 500, or seasons cannot be told from trends.", DefaultValueFactory = _ => 900 };
        var seed = new Option<long>("--seed") { Description = "Seed of the simulation.", DefaultValueFactory = _ => 1 };
        var times = new Option<int>("--times") { Description = "Test times, spread over the last year; a model is trained for each.", DefaultValueFactory = _ => 6 };
        var command = new Command("drift", "Tell the kind and the direction of migrations that a simulated store knows the truth of.") { data, artifact, config, output, simulate, days, seed, times };
        command.Validators.Add(result =>
        {
            if (result.GetValue(artifact) is not null && result.GetValue(config) is not null) result.AddError("drift: give --artifact or --config, not both.");
        });
        command.SetAction((result, cancel) => Task.FromResult(guarded(() =>
        {
            var folder = result.GetValue(data)!;
            if (result.GetValue(simulate) is { } users) Simulate(folder, users, result.GetValue(days), result.GetValue(seed));
            ReportFiles.Prepare(result.GetValue(output)!); // it may be in the folder that was simulated
            var truth = RecordedTruth.Read(folder);
            var (cases, at, horizon) = result.GetValue(artifact) is { } model ? Judge(folder, model, truth) : TrainAndJudge(folder, result.GetValue(config), result.GetValue(times), truth, cancel);
            if (cases.Count == 0) throw new InputException($"--data {folder}: nobody who is active at the test time migrates after it: simulate more users.");
            var report = new DriftReport(new DriftFigures(cases), at, horizon, line);
            report.Print(Console.Out);
            report.Write(result.GetValue(output)!);
            return 0;
        })));
        return command;
    }

    private static void Simulate(string folder, int users, int days, long seed)
    {
        if (users < 1) throw new InputException($"--simulate {users}: must be 1 or more.");
        if (days < 60) throw new InputException($"--days {days}: must be 60 or more.");
        Console.WriteLine($"simulating {users} users over {days} days");
        SimulatedFolder.Write(new Simulator(new SimulatorOptions { Seed = seed, Shoppers = users, Items = SimulatedItems }), folder, TimeSpan.FromDays(days));
    }

    private static (IReadOnlyList<DriftCase>, IReadOnlyList<DateTimeOffset>, double) Judge(string folder, string artifact, RecordedTruth truth)
    {
        using var model = ModelArtifact.Load(artifact);
        if (Split.Parse(model.Manifest.Split) is not { Time: { } at } split)
            throw new InputException($"--artifact {artifact}: was trained under the split {model.Manifest.Split}: train it with --split time:YYYY-MM-DD, so that there is a time to judge it after.");
        if (model.Population is not { } population) throw new InputException($"--artifact {artifact}: holds no population model. Train it again.");
        var data = TrainingData.Read(folder, split);
        if (data.DataHash != model.Manifest.DataHash) throw new InputException($"--data {folder}: is not the data that model {model.Manifest.Version} was trained on.");
        using var predictor = InterestPredictor.Load(artifact, cacheFolder: ItemTexts.Cache);
        return ([.. DriftCase.All(predictor, data, truth, at, population.HorizonDays)], [at], population.HorizonDays);
    }

    private static (IReadOnlyList<DriftCase>, IReadOnlyList<DateTimeOffset>, double) TrainAndJudge(
        string folder, string? config, int times, RecordedTruth truth, CancellationToken cancel)
    {
        if (times is < 1 or > 52) throw new InputException($"--times {times}: must be 1 to 52.");
        var settings = ItemTexts.Resolved(TrainingConfig.Load(config ?? Path.Combine(TrainingConfig.DefaultFolder, "drift.json")));
        var horizon = settings.Training.HorizonDays;
        var (first, end) = Span(folder);
        var last = end.AddDays(-horizon - DaysAfter);
        if (last.AddDays(-30) < first) throw new InputException($"--data {folder}: spans {(end - first).TotalDays:F0} days: simulate {60 + DaysAfter + horizon:F0} or more.");
        var step = Math.Min(365.0, (last - first).TotalDays / 2) / times;
        var cases = new List<DriftCase>();
        var at = Enumerable.Range(0, times).Select(i => new DateTimeOffset(last.AddDays(-step * (times - 1 - i)).Date, TimeSpan.Zero)).ToArray();
        foreach (var (i, time) in at.Index())
        {
            var data = TrainingData.Read(folder, Split.Parse(string.Create(CultureInfo.InvariantCulture, $"time:{time:yyyy-MM-dd}")));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{i + 1} of {times}] {time:yyyy-MM-dd}: {data.Users.Sum(user => (long)user.TrainingEvents)} training events"));
            var model = ProgressView.Run("plain", settings.Training, report => new Trainer(settings, data, TimeProvider.System).Train(report, cancel: cancel));
            using var predictor = InterestPredictor.Of(model, CPU, ItemTexts.Cache, settings.Training.Threads);
            cases.AddRange(DriftCase.All(predictor, data, truth, time, horizon));
        }

        return (cases, at, horizon);
    }

    private static (DateTimeOffset First, DateTimeOffset End) Span(string folder)
    {
        var data = TrainingData.Read(folder);
        return (DateTimeOffset.FromUnixTimeMilliseconds(data.Users.Min(user => user.Events[0].Time)), DateTimeOffset.FromUnixTimeMilliseconds(data.Users.Max(user => user.Events[^1].Time)));
    }
}
