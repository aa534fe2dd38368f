using System.Globalization;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>What <c>ablate</c> is asked.</summary>
/// <param name="Without">The input that is left out: one of <see cref="ModelInputs.Names"/>.</param>
/// <param name="Seeds">Trainings of each of the two, with seeds from 1.</param>
internal sealed record AblateRequest(
    string Data, string? Config, string Without, string? Split, string Folder, int Seeds, string? Progress, string Command);

/// <summary>
/// <c>ablate --data FOLDER --config FILE --without INPUT --seeds N --out FOLDER</c>: trains with and without an input, and puts the figures of
/// both side by side.
/// </summary>
internal static class AblateCommand
{
    private const string Whole = "all inputs";

    public static int Run(AblateRequest request, CancellationToken cancel)
    {
        if (!ModelInputs.Names.Contains(request.Without)) throw new InputException($"--without {request.Without}: use one of {string.Join(", ", ModelInputs.Names)}.");
        if (request.Seeds < 1) throw new InputException($"--seeds {request.Seeds}: must be 1 or more.");
        ProgressView.Check(request.Progress);
        var config = TrainingConfig.Load(request.Config ?? Path.Combine(TrainingConfig.DefaultFolder, "default.json"));
        var data = TrainingData.Read(request.Data, Split.Parse(request.Split ?? Split.LeaveOneOut.Name));
        if (request.Without == ModelInputs.Attributes && data.Attributes.Count == 0)
            throw new InputException($"{request.Data}: there is no user attribute to leave out: users.csv names none with a value of {AttributeVocabulary.LeastUsers} users or more.");
        var cases = Evaluation.TestCases(data);
        if (cases.Count == 0) throw new InputException($"{request.Data}: no user has a test under --split {data.Split.Name}: choose another split.");
        var report = new EvaluationReport(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Data))), data, cases.Count, null, request.Command);
        var ablation = new Ablation(data, config, request.Without, report);
        for (var seed = 1; seed <= request.Seeds; seed++)
        {
            foreach (var without in (string[])["", request.Without])
            {
                Console.WriteLine($"seed {seed}, {(without.Length == 0 ? Whole : "without " + without)}");
                ablation.Run(seed, without, trained => ProgressView.Run(request.Progress, config.Training, progress => trained.Train(progress, cancel)));
            }
        }

        ablation.AddReferences();
        report.Print(Console.Out);
        report.WriteFolder(request.Folder);
        File.WriteAllText(Path.Combine(request.Folder, "config.json"), config.ToJson());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{request.Seeds} seeds; results in {Path.GetFullPath(request.Folder)}"));
        return 0;
    }
}
