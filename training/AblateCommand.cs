using System.CommandLine;
using System.Globalization;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>
/// <c>ablate --data FOLDER --config FILE --without INPUT --seeds N --out FOLDER</c>: trains with and without an input, and puts the figures of
/// both side by side.
/// </summary>
internal static class AblateCommand
{
    private const string Whole = "all inputs";

    /// <summary>The command.</summary>
    /// <param name="guarded">Turns what the user can put right into one line and an exit code.</param>
    /// <param name="line">The command line, for the report.</param>
    public static Command Create(Func<Func<int>, int> guarded, string line)
    {
        var data = new Option<string>("--data") { Description = "Folder in the import format.", Required = true };
        var config = new Option<string?>("--config") { Description = "Training configuration; the program's configs/default.json where left out." };
        var split = SplitOption.Create();
        var without = new Option<string>("--without") { Description = $"The input that is left out: {string.Join(", ", ModelInputs.Names)}.", Required = true };
        var seeds = new Option<int>("--seeds") { Description = "Trainings of each of the two, with seeds from 1.", DefaultValueFactory = _ => 3 };
        var output = new Option<string>("--out") { Description = "Folder for results.json, results.md and plots.", Required = true };
        var progress = new Option<string?>("--progress") { Description = "plain or bar; a bar on terminals where left out." };
        var command = new Command("ablate", "Train with and without an input, and print the figures of both side by side.") { data, config, split, without, seeds, output, progress };
        command.SetAction((result, cancel) => Task.FromResult(guarded(() => Run(
            new Request(
                result.GetValue(data)!, result.GetValue(config), result.GetValue(without)!, result.GetValue(split)!, result.GetValue(output)!,
                result.GetValue(seeds), result.GetValue(progress), line),
            cancel))));
        return command;
    }

    private static int Run(Request request, CancellationToken cancel)
    {
        if (!ModelInputs.Names.Contains(request.Without)) throw new InputException($"--without {request.Without}: use one of {string.Join(", ", ModelInputs.Names)}.");
        if (request.Seeds < 1) throw new InputException($"--seeds {request.Seeds}: must be 1 or more.");
        ProgressView.Check(request.Progress);
        ReportFiles.Prepare(request.Folder);
        var config = request.Config is { } file ? TrainingConfig.Load(file) : TrainingConfig.LoadDefault();
        var data = TrainingData.Read(request.Data, Split.Parse(request.Split));
        if (request.Without == ModelInputs.Attributes && data.Attributes.Count == 0)
            throw new InputException($"{request.Data}: there is no user attribute to leave out: users.csv names none with a value of {AttributeVocabulary.LeastUsers} users or more.");
        var cases = Evaluation.RequiredTestCases(data, request.Data);
        config = ItemTexts.Resolved(config);
        var report = new EvaluationReport(ReportFiles.NameOf(request.Data), data, cases.Count, null, request.Line) { TextEncoder = config.Model.TextEncoder };
        var ablation = new Ablation(data, config, request.Without, report);
        for (var seed = 1; seed <= request.Seeds; seed++)
        {
            foreach (var without in (string[])["", request.Without])
            {
                Console.WriteLine($"seed {seed}, {(without.Length == 0 ? Whole : "without " + without)}");
                ablation.Run(seed, without, trained => ProgressView.Run(request.Progress, config.Training, progress => trained.Train(progress, cancel: cancel)));
            }
            report.WriteFolder(request.Folder); // a run that is stopped leaves the seeds that were done
        }

        ablation.AddReferences();
        report.Print(Console.Out);
        report.WriteFolder(request.Folder);
        File.WriteAllText(Path.Combine(request.Folder, "config.json"), config.ToJson());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{request.Seeds} seeds; results in {Path.GetFullPath(request.Folder)}"));
        return 0;
    }

    private sealed record Request(string Data, string? Config, string Without, string Split, string Folder, int Seeds, string? Progress, string Line);
}
