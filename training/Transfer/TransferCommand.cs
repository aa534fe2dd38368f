using System.CommandLine;
using System.Globalization;

namespace Driftline.Training;

/// <summary><c>transfer (--data FOLDER | --source FOLDER --target FOLDER) --out FOLDER [--config FILE] [--split NAME] [--seeds N] [--shares LIST]</c>.</summary>
internal static class TransferCommand
{
    /// <summary>The command.</summary>
    /// <param name="guarded">Turns what the user can put right into one line and an exit code.</param>
    /// <param name="line">The command line, for the report.</param>
    public static Command Create(Func<Func<int>, int> guarded, string line)
    {
        var data = new Option<string?>("--data") { Description = "Folder in the import format, one half of whose categories is the source and the other the target." };
        var source = new Option<string?>("--source") { Description = "Folder to pretrain on." };
        var target = new Option<string?>("--target") { Description = "Folder to fine-tune on." };
        var config = new Option<string?>("--config") { Description = "Training configuration; the program's configs/transfer.json where left out." };
        var split = SplitOption.Create();
        var output = new Option<string>("--out") { Description = "Folder for results.json, results.md and transfer.png.", Required = true };
        var seeds = new Option<int>("--seeds") { Description = "Repetitions, each with a seed of its own for users, weights and batches.", DefaultValueFactory = _ => 3 };
        var shares = new Option<string>("--shares") { Description = "Percent of the target's training users, with commas.", DefaultValueFactory = _ => "1,5,10,25,50,100" };
        var progress = new Option<string?>("--progress") { Description = "plain or bar; a bar on terminals where left out." };
        var command = new Command("transfer", "Pretrain on a source, fine-tune on shares of a target, and compare with training from scratch and with text alone.")
        {
            data, source, target, config, split, output, seeds, shares, progress,
        };
        command.Validators.Add(result =>
        {
            var (one, from, to) = (result.GetValue(data), result.GetValue(source), result.GetValue(target));
            if (one is null ? from is null || to is null : from is not null || to is not null) result.AddError("transfer: give either --data FOLDER or both --source FOLDER and --target FOLDER.");
        });
        command.SetAction((result, cancel) => Task.FromResult(guarded(() => Run(
            result.GetValue(data), result.GetValue(source), result.GetValue(target), result.GetValue(config), result.GetValue(split)!, result.GetValue(output)!,
            result.GetValue(seeds), result.GetValue(shares)!, result.GetValue(progress), line, cancel))));
        return command;
    }

    private static int Run(
        string? data, string? source, string? target, string? config, string split, string folder, int seeds, string shares, string? progress, string line, CancellationToken cancel)
    {
        ProgressView.Check(progress);
        if (seeds is < 1 or > 100) throw new InputException($"--seeds {seeds}: must be 1 to 100.");
        var percent = Shares(shares);
        ReportFiles.Prepare(folder);
        var settings = ItemTexts.Resolved(TrainingConfig.Load(config ?? Path.Combine(TrainingConfig.DefaultFolder, "transfer.json")));
        var asked = Split.Parse(split);
        var (from, to) = data is not null
            ? CategoryHalves.Of(TrainingData.Read(data, asked), data)
            : (TrainingData.Read(source!, asked), TrainingData.Read(target!, asked));
        var (fromName, toName) = data is not null ? ($"{ReportFiles.NameOf(data)} (source half)", $"{ReportFiles.NameOf(data)} (target half)") : (ReportFiles.NameOf(source!), ReportFiles.NameOf(target!));
        Evaluation.RequiredTestCases(to, toName);
        for (var i = 0; i < seeds; i++)
            foreach (var share in percent) UserShares.Of(to, share, settings.Training.Seed + i); // a share that nothing can be learnt from is refused before any training

        int done = 0, seed = 0;
        var trainings = seeds * (2 + 2 * percent.Count);
        var study = new TransferStudy(settings, from, to, percent, (name, one, events, start) =>
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{++done} of {trainings}] seed {seed}: {name}"));
            return ProgressView.Run(progress, one.Training, report => new Trainer(one, events, TimeProvider.System).Train(report, start, cancel: cancel));
        });
        var report = new TransferReport(fromName, toName, from, to, settings, percent, study.Table, line);
        for (var i = 0; i < seeds; i++)
        {
            study.Run(seed = settings.Training.Seed + i);
            report.WriteFolder(folder); // a run that is stopped leaves the seeds that were done
        }

        report.Print(Console.Out);
        return 0;
    }

    private static List<double> Shares(string text)
    {
        var shares = new SortedSet<double>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) || share is not (> 0 and <= 100))
                throw new InputException($"--shares {text}: '{part}' is not a percentage above 0 and up to 100.");
            shares.Add(share);
        }

        return shares.Count > 0 ? [.. shares] : throw new InputException("--shares: name at least one, such as 10,25.");
    }
}
