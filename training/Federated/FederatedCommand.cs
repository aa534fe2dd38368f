using System.Globalization;
using Driftline.InterestModel;
using TorchSharp;

namespace Driftline.Training;

/// <summary>What <c>federated</c> is asked.</summary>
/// <param name="Seeds">Runs of each kind, with seeds from 1.</param>
internal sealed record FederatedRequest(
    string Data, string? Config, string? Split, string Folder, FederatedSettings Settings, int Seeds, string Command);

/// <summary>
/// <c>federated --data FOLDER --config FILE --silos K --rounds R --local-epochs E --clip C --noise S --delta D --out FOLDER</c>: trains silos together
/// and, from the same start and for as many epochs, without noise, without clipping and in one place; writes the table, the curves, and the model
/// with the protection that was asked for.
/// </summary>
internal static class FederatedCommand
{
    public static int Run(FederatedRequest request, CancellationToken cancel)
    {
        request.Settings.Check();
        if (request.Seeds < 1) throw new InputException($"--seeds {request.Seeds}: must be 1 or more.");
        var config = TrainingConfig.Load(request.Config ?? Path.Combine(TrainingConfig.DefaultFolder, "federated.json"));
        var data = TrainingData.Read(request.Data, Split.Parse(request.Split ?? Split.LeaveOneOut.Name));
        if (Evaluation.TestCases(data).Count == 0) throw new InputException($"{request.Data}: no user has a test under --split {data.Split.Name}: choose another split.");
        using var encoder = ItemTexts.Encoder(config.Model);
        var text = ItemTexts.Encode(data.Items, encoder);
        config = config with { Model = config.Model with { TextEncoder = encoder.Name, TextDimensions = encoder.Dimensions } };
        var report = new FederatedReport(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Data))), data, config, request.Settings, request.Command);
        Console.WriteLine(report.Protection);
        for (var seed = 1; seed <= request.Seeds; seed++)
        {
            var seeded = config with { Training = config.Training with { Seed = seed } };
            using var training = new FederatedTraining(seeded, data, text, TimeProvider.System);
            report.Add("central", training.Network, training.Central(request.Settings.CentralRounds, request.Settings.LocalEpochs, Lines(seed, "central"), cancel));
            foreach (var (name, settings) in Kinds(request.Settings)) report.Add(name, training.Network, training.Federated(settings, Lines(seed, name), cancel));
            if (seed < request.Seeds) continue;
            training.Network.to(torch.CPU);
            using var model = new ModelArtifact(report.Manifest(encoder), report.Items(), training.Network);
            model.Save(Path.Combine(request.Folder, "model"));
        }

        report.AddReference();
        report.Print(Console.Out);
        report.WriteFolder(request.Folder);
        Console.WriteLine($"Results and model in {Path.GetFullPath(request.Folder)}");
        return 0;
    }

    // The last is what was asked for.
    private static IEnumerable<(string Name, FederatedSettings Settings)> Kinds(FederatedSettings asked)
    {
        yield return ("federated", asked with { Clip = double.PositiveInfinity, Noise = 0 });
        if (double.IsFinite(asked.Clip)) yield return ("federated, clipped", asked with { Noise = 0 });
        if (asked.Noise > 0) yield return ("federated, clipped, noise", asked);
    }

    private static Action<int, double, double> Lines(int seed, string name) => (round, loss, ndcg) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"seed {seed}  {name,-25}  round {round,3}  loss {loss:F4}  validation NDCG@10 {ndcg:F4}"));
}
