using System.CommandLine;
using System.Globalization;
using Driftline.InterestModel;
using Driftline.Storefront;
using TorchSharp;

namespace Driftline.Training;

/// <summary>
/// <c>federated --data FOLDER --config FILE --silos K --rounds R --local-epochs E --clip C --noise S --delta D --out FOLDER</c>: trains silos together
/// and, from the same start and for as many epochs, without noise, without clipping and in one place; writes the table, the curves, and the model
/// with the protection that was asked for.
/// </summary>
internal static class FederatedCommand
{
    /// <summary>The command.</summary>
    /// <param name="guarded">Turns what the user can put right into one line and an exit code.</param>
    /// <param name="line">The command line, for the report.</param>
    public static Command Create(Func<Func<int>, int> guarded, string line)
    {
        var data = new Option<string>("--data") { Description = "Folder in the import format.", Required = true };
        var config = new Option<string?>("--config") { Description = "Training configuration; the program's configs/federated.json where left out." };
        var split = SplitOption.Create();
        var silos = new Option<int>("--silos") { Description = "K: holders of data; users are divided among them by hash.", DefaultValueFactory = _ => 10 };
        var rounds = new Option<int>("--rounds") { Description = "R: exchanges of weights.", DefaultValueFactory = _ => 20 };
        var epochs = new Option<int>("--local-epochs") { Description = "E: epochs that a silo trains in a round.", DefaultValueFactory = _ => 1 };
        var clip = new Option<double>("--clip") { Description = "C: largest L2 norm of a silo's update; none where left out.", DefaultValueFactory = _ => double.PositiveInfinity, CustomParser = DecimalOption.Parse };
        var noise = new Option<double>("--noise") { Description = "S: deviation of the Gaussian noise on the sum of the updates, as a multiple of C.", DefaultValueFactory = _ => 0, CustomParser = DecimalOption.Parse };
        var delta = new Option<double>("--delta") { Description = "D of (epsilon, delta): well below 1 / K.", DefaultValueFactory = _ => 1e-3, CustomParser = DecimalOption.Parse };
        var participation = new Option<double>("--participation") { Description = "Chance of a silo to take part in a round.", DefaultValueFactory = _ => 1, CustomParser = DecimalOption.Parse };
        var seeds = new Option<int>("--seeds") { Description = "Runs of each kind, with seeds from 1.", DefaultValueFactory = _ => 1 };
        var output = new Option<string>("--out") { Description = "Folder for results.json, results.md, the plot and the model.", Required = true };
        var command = new Command("federated", "Train silos that never share events, with differential privacy, beside central training.")
        {
            data, config, split, silos, rounds, epochs, clip, noise, delta, participation, seeds, output,
        };
        command.SetAction((result, cancel) => Task.FromResult(guarded(() => Run(
            new Request(
                result.GetValue(data)!, result.GetValue(config), result.GetValue(split)!, result.GetValue(output)!,
                new FederatedSettings(
                    result.GetValue(silos), result.GetValue(rounds), result.GetValue(epochs), result.GetValue(clip), result.GetValue(noise),
                    result.GetValue(delta), result.GetValue(participation)),
                result.GetValue(seeds), line),
            cancel))));
        return command;
    }

    private static int Run(Request request, CancellationToken cancel)
    {
        request.Settings.Check();
        if (request.Seeds < 1) throw new InputException($"--seeds {request.Seeds}: must be 1 or more.");
        if (request.Settings.Noise > 0 && request.Split == "time:auto")
            throw new InputException("--split time:auto: the time is found in all silos' events, which --noise is to hide. Give one: time:YYYY-MM-DD.");
        ReportFiles.Prepare(request.Folder);
        ModelArtifact.RefuseOtherContent(Path.Combine(request.Folder, "model"));
        var config = TrainingConfig.Load(request.Config ?? Path.Combine(TrainingConfig.DefaultFolder, "federated.json"));
        var data = TrainingData.Read(request.Data, Split.Parse(request.Split));
        Evaluation.RequiredTestCases(data, request.Data);
        if (request.Settings.Noise > 0) RefuseItemsOfEvents(request.Data, data);
        using var encoder = ItemTexts.Encoder(config.Model);
        var text = ItemTexts.Encode(data.Items, encoder, cancel);
        config = config with { Model = config.Model with { TextEncoder = encoder.Name, TextDimensions = encoder.Dimensions } };
        var report = new FederatedReport(ReportFiles.NameOf(request.Data), data, config, request.Settings, request.Line);
        Console.WriteLine(report.Protection);
        for (var seed = 1; seed <= request.Seeds; seed++)
        {
            var seeded = config with { Training = config.Training with { Seed = seed } };
            using var training = new FederatedTraining(seeded, data, text);
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

    /// <summary>The catalogue is public, and the model names its items: one that events alone name would tell of a silo.</summary>
    private static void RefuseItemsOfEvents(string folder, TrainingData data)
    {
        var described = ImportFolder.Open(folder).ReadItems().Select(item => item.ItemId).ToHashSet(StringComparer.Ordinal);
        var others = data.Items.Where(item => !described.Contains(item.ItemId)).ToList();
        if (others.Count > 0) throw new InputException($"{folder}: {others.Count} items are in events and not in the items file, the first is {others[0].ItemId}. With --noise the catalogue must be public: describe them there.");
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

    private sealed record Request(string Data, string? Config, string Split, string Folder, FederatedSettings Settings, int Seeds, string Line);
}
