using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Driftline.TextEncoders;

namespace Driftline.Training;

/// <summary>What <c>benchmark</c> is asked.</summary>
/// <param name="Data">Folder in the import format.</param>
/// <param name="Seeds">Trainings of each configuration and split, with seeds 1 and up.</param>
/// <param name="Folder">Takes a folder of results for each split, and every run's model and figures.</param>
/// <param name="Hours">Wall clock for everything.</param>
/// <param name="Jobs">Trainings at a time, each on one thread.</param>
/// <param name="Splits">Names of splits.</param>
internal sealed record BenchmarkRequest(string Data, int Seeds, string Folder, double Hours, int Jobs, IReadOnlyList<string> Splits, string Command);

/// <summary>
/// <c>benchmark --data FOLDER --seeds N --out FOLDER</c>: trains every encoder and measures it beside every baseline, unattended. Each training is
/// a process of its own, so that its time and memory are its own; a run of which this program has figures already, of the same data and configuration, is not done again.
/// </summary>
internal sealed class BenchmarkCommand(BenchmarkRequest request, CancellationToken cancel)
{
    // Of the time, for what a run does beside training: reading, the blend, test figures. What the first runs took of it decides from then on.
    private const double ShareBesides = 0.25;

    private const double LeastSeconds = 10;

    private readonly Stopwatch _watch = Stopwatch.StartNew();

    // Its features say what h_t is, and every row of a table is held against the same h_t.
    private readonly TrainingConfig _default = TrainingConfig.LoadDefault();

    /// <summary>One training.</summary>
    /// <param name="Weight">Its part of the time.</param>
    private sealed record Planned(string Split, string Row, string Config, int Seed, double Weight);

    public async Task<int> RunAsync()
    {
        if (request.Seeds < 1) throw new InputException($"--seeds {request.Seeds}: must be 1 or more.");
        if (request.Hours <= 0) throw new InputException($"--hours {request.Hours}: must be more than 0.");
        if (request.Jobs < 1) throw new InputException($"--jobs {request.Jobs}: must be 1 or more.");
        var splits = request.Splits.Select(Split.Parse).ToList(); // before any takes its time
        Directory.CreateDirectory(request.Folder);
        var reports = new Dictionary<string, EvaluationReport>();
        foreach (var (name, split) in request.Splits.Zip(splits))
        {
            if (Baselines(name, split) is { } report) reports.Add(name, report);
        }

        if (reports.Count == 0) throw new InputException($"{request.Data}: no split of --splits {string.Join(',', request.Splits)} can be used: choose others.");
        // Once, on all cores, before trainings that want the same vectors run side by side; all with what auto comes to now.
        var encoder = EncodeCatalogCommand.Encode(request.Data, _default.Model.TextEncoder, "plain");
        foreach (var (name, report) in reports.ToArray()) reports[name] = report with { TextEncoder = encoder };
        var runs = Plan([.. reports.Keys]);
        var given = Given(runs.Where(run => FiguresOf(run, ConfigOf(run, encoder), reports[run.Split]) is not null));
        var budget = new TimeBudget(request.Jobs, [.. runs.Select(run => (run.Split, run.Weight))], Left * ShareBesides * request.Jobs / Math.Max(1, runs.Count));
        Say($"{runs.Count} trainings, {request.Jobs} at a time on one thread each");
        var done = 0;
        var failed = new List<string>();
        await Parallel.ForEachAsync(runs, new ParallelOptions { MaxDegreeOfParallelism = request.Jobs, CancellationToken = cancel }, async (run, stopping) =>
        {
            var name = $"{run.Split} {run.Row} seed {run.Seed}";
            var config = ConfigOf(run, encoder);
            var (part, started) = (budget.Begin(Left, (run.Split, run.Weight), config.Training.MaxSeconds), _watch.Elapsed);
            var seconds = Math.Min(part.Seconds, given.GetValueOrDefault((run.Split, run.Config), double.PositiveInfinity));
            var kept = FiguresOf(run, config, reports[run.Split]) is not null;
            if (!kept && await TrainAsync(run, config, seconds, stopping) is { } problem)
            {
                lock (failed) failed.Add($"{name}: {problem}");
            }

            budget.End(part, (_watch.Elapsed - started).TotalSeconds);
            Say($"{Interlocked.Increment(ref done)}/{runs.Count} {name}{(kept ? KeptOf(run) : "")}");
        });
        foreach (var row in runs.GroupBy(run => (run.Split, run.Row))) Collect(row, reports[row.Key.Split], encoder);
        foreach (var (split, report) in reports)
        {
            report.Print(Console.Out);
            report.WriteFolder(Path.Combine(request.Folder, FileName(split)));
        }

        foreach (var problem in failed) Console.Error.WriteLine(problem);
        Say($"results in {string.Join(", ", reports.Keys.Select(split => Path.Combine(request.Folder, FileName(split), "results.md")))}");
        return failed.Count == 0 ? 0 : 1;
    }

    private double Left => request.Hours * 3600 - _watch.Elapsed.TotalSeconds;

    /// <summary>Null where the data has no test under that split.</summary>
    private EvaluationReport? Baselines(string name, Split split)
    {
        TrainingData events;
        IReadOnlyList<EvaluationCase> cases;
        try
        {
            events = TrainingData.Read(request.Data, split);
            cases = Evaluation.TestCases(events);
            if (cases.Count == 0) throw new InputException($"{request.Data}: no user has a test under --splits {name}: choose another.");
        }
        catch (InputException e) when (request.Splits.Count > 1)
        {
            Console.Error.WriteLine($"{name} is left out: {e.Message}");
            return null;
        }

        var report = new EvaluationReport(ReportFiles.NameOf(request.Data), events, cases.Count, null, request.Command);
        Say($"{name}: {cases.Count} test cases; baselines");
        EvaluateCommand.AddBaselines(report, new InterestModel.Featuriser(_default.Features), cases);
        return report;
    }

    // What users get comes first and has most of the time; then a seed of everything before the next seed.
    private List<Planned> Plan(IReadOnlyList<string> splits)
    {
        var ownEncoder = _default.Model.Encoder;
        var seeds = Enumerable.Range(1, request.Seeds).ToArray();
        return
        [
            .. splits.SelectMany((split, i) => seeds.Select(seed => new Planned(split, $"default ({ownEncoder})", "default", seed, i == 0 ? 8 : 2))),
            .. seeds.SelectMany(seed => splits.SelectMany((split, i) => InterestModel.SequenceEncoder.Names.Where(encoder => encoder != ownEncoder)
                .Select(encoder => new Planned(split, encoder, encoder, seed, i == 0 ? 1 : 0.6)))),
        ];
    }

    /// <summary>A run's configuration, but for its time.</summary>
    private static TrainingConfig ConfigOf(Planned run, string encoder)
    {
        var config = TrainingConfig.Load(Path.Combine(TrainingConfig.DefaultFolder, run.Config + ".json"));
        return config with
        {
            Model = config.Model with { TextEncoder = config.Model.TextEncoder == KnownEncoders.Auto ? encoder : config.Model.TextEncoder },
            Training = config.Training with { Seed = run.Seed, Threads = 1 },
        };
    }

    /// <summary>What an earlier time gave a row's runs that were made in it: further seeds get no more, so that a row's figures can be compared with each other.</summary>
    private Dictionary<(string Split, string Config), double> Given(IEnumerable<Planned> made) => made.Where(run => File.Exists(ConfigFileOf(run)))
        .GroupBy(run => (run.Split, run.Config)).ToDictionary(row => row.Key, row => row.Max(run => TrainingConfig.Load(ConfigFileOf(run)).Training.MaxSeconds));

    private string KeptOf(Planned run) => string.Create(CultureInfo.InvariantCulture,
        $": figures of an earlier time are kept{(File.Exists(ConfigFileOf(run)) ? string.Create(CultureInfo.InvariantCulture, $", of a training of at most {TrainingConfig.Load(ConfigFileOf(run)).Training.MaxSeconds:F0} s") : "")}; remove the row's folders {Path.Combine(request.Folder, "runs", $"{FileName(run.Split)}-{run.Config}-*")} to train with the time that there is now");

    private async Task<string?> TrainAsync(Planned run, TrainingConfig config, double seconds, CancellationToken stopping)
    {
        var folder = FolderOf(run);
        if (seconds < LeastSeconds) return "not run: the time was over. Give more --hours, or run the same command again to go on.";
        Directory.CreateDirectory(folder);
        var file = ConfigFileOf(run);
        config = config with { Training = config.Training with { MaxSeconds = Math.Round(seconds, 1) } };
        await File.WriteAllTextAsync(file, config.ToJson(), stopping);

        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "Driftline.Training.dll"), "train", "--data", request.Data, "--split", run.Split, "--config", file,
                "--out", Path.Combine(folder, "model"), "--json", FiguresFileOf(run), "--progress", "plain", "--while-input-is-open",
            ])
            { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.StartInfo.Environment["OMP_NUM_THREADS"] = "1";
        await using var log = File.CreateText(Path.Combine(folder, "train.log"));
        log.AutoFlush = true;
        var lines = TextWriter.Synchronized(log);
        process.OutputDataReceived += (_, line) => lines.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => lines.WriteLine(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return process.ExitCode == 0 ? null : $"exit code {process.ExitCode}, see {Path.Combine(folder, "train.log")}";
    }

    // A row of which runs are missing says so: its mean and deviation are of fewer seeds than the others'.
    private void Collect(IGrouping<(string Split, string Row), Planned> row, EvaluationReport report, string encoder)
    {
        var made = row.Select(run => FiguresOf(run, ConfigOf(run, encoder), report)).OfType<TrainingFigures>().ToList();
        var name = made.Count == request.Seeds ? row.Key.Row : string.Create(CultureInfo.InvariantCulture, $"{row.Key.Row}, {made.Count} of {request.Seeds} seeds");
        foreach (var figures in made)
        {
            report.Items.Add(name, figures.Items);
            report.Categories.Add(name, figures.Categories);
        }
    }

    /// <summary>Null where the run has not been made, or was of other data, another configuration or another program.</summary>
    private TrainingFigures? FiguresOf(Planned run, TrainingConfig config, EvaluationReport report)
    {
        var file = FiguresFileOf(run);
        return File.Exists(file) && JsonSerializer.Deserialize<TrainingFigures>(File.ReadAllText(file), TrainingFigures.Json) is { } figures
            && figures.Key == Checkpoint.KeyOf(config, report.Events) ? figures : null;
    }

    private string ConfigFileOf(Planned run) => Path.Combine(FolderOf(run), "config.json");

    private string FiguresFileOf(Planned run) => Path.Combine(FolderOf(run), "figures.json");

    private string FolderOf(Planned run) => Path.Combine(request.Folder, "runs", $"{FileName(run.Split)}-{run.Config}-{run.Seed}");

    private static string FileName(string split) => split.Replace(':', '-');

    private void Say(FormattableString text) =>
        Console.WriteLine($"{_watch.Elapsed:hh\\:mm\\:ss}  {text.ToString(CultureInfo.InvariantCulture)}");
}
