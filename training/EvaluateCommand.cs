using Driftline.InterestModel;
using TorchSharp;

namespace Driftline.Training;

/// <summary>What <c>evaluate</c> is asked.</summary>
/// <param name="Data">Folder in the import format.</param>
/// <param name="Artifact">Folder of a model, or null for the baselines alone.</param>
/// <param name="Split">Name of the split; the model's where null.</param>
/// <param name="Json">File for the figures.</param>
/// <param name="Folder">Folder for figures, tables and plots.</param>
/// <param name="Sampled">Rank among so many random items only.</param>
internal sealed record EvaluateRequest(string Data, string? Artifact, string? Split, string? Json, string? Folder, string Device, int? Sampled, string Command);

/// <summary><c>evaluate --data FOLDER (--artifact ARTIFACT | --baselines-only) [--split S] [--json FILE] [--out FOLDER]</c>.</summary>
internal static class EvaluateCommand
{
    public static int Run(EvaluateRequest request)
    {
        if (!Devices.IsKnown(request.Device)) throw new InputException($"--device {request.Device}: use {Devices.Known}.");
        if (request.Sampled is < 1) throw new InputException($"--sampled {request.Sampled}: must be 1 or more.");
        if (request.Folder is { } place) ReportFiles.Prepare(place);
        using var model = request.Artifact is null ? null : ModelArtifact.Load(request.Artifact);
        var split = Split.Parse(request.Split ?? model?.Manifest.Split ?? Split.LeaveOneOut.Name);
        var events = TrainingData.Read(request.Data, split);
        var cases = Evaluation.RequiredTestCases(events, request.Data);
        var report = new EvaluationReport(
            ReportFiles.NameOf(request.Data), events, cases.Count, request.Sampled, request.Command)
        { TextEncoder = model?.Manifest.Architecture.TextEncoder };
        var featuriser = new Featuriser(model?.Manifest.Features ?? TrainingConfig.LoadDefault().Features);
        if (model is not null) Model(model, request, events, featuriser, cases, report);
        AddBaselines(report, featuriser, cases);
        report.Print(Console.Out);
        if (request.Json is { } json) report.WriteJson(json);
        if (request.Folder is { } folder) report.WriteFolder(folder);
        return 0;
    }

    /// <summary>Measures every baseline; those of categories only where there are several.</summary>
    public static void AddBaselines(EvaluationReport report, Featuriser featuriser, IReadOnlyList<EvaluationCase> cases)
    {
        foreach (var ranker in BaselineSet.Items(report.Events)) Add(report, ranker, cases);
        if (report.Events.Vocabulary.Categories.Count == 1) return;
        foreach (var forecaster in BaselineSet.Categories(report.Events, featuriser)) Add(report, forecaster, featuriser, cases);
    }

    private static void Model(
        ModelArtifact model, EvaluateRequest request, TrainingData events, Featuriser featuriser, IReadOnlyList<EvaluationCase> cases, EvaluationReport report)
    {
        var manifest = model.Manifest;
        if (manifest.SplitHash.Length == 0)
            throw new InputException($"{request.Artifact}: was trained with --noise and tells nothing of its data. Its figures are in the results.json of that training.");
        if (events.SplitHash != manifest.SplitHash || !events.Items.Select(item => item.ItemId).SequenceEqual(model.Items.Select(item => item.Id)))
        {
            throw new InputException(
                $"{request.Data}: is not the data that model {manifest.Version} was trained on (split {events.Split.Name} {events.SplitHash[..12]}, the model's is {manifest.Split} {manifest.SplitHash[..12]}): its held-out events may be among the model's training events. Evaluate on the training folder and split.");
        }

        if (!events.Vocabulary.Categories.SequenceEqual(manifest.Categories) || !Enumerable.Range(0, events.Items.Count).All(i => events.Vocabulary.CategoryOf(i) == model.Items[i].Category))
            throw new InputException($"{request.Data}: its items have other categories than when model {manifest.Version} was trained. Evaluate on the training folder, or train again.");
        if (manifest.Attributes.Count > 0 && !events.Attributes.Matches(new AttributeVocabulary(manifest.Attributes)))
            throw new InputException($"{request.Data}: its users file gives other attributes or values than model {manifest.Version} was trained with. Evaluate on the training folder.");
        if (events.DataHash != manifest.DataHash)
            Console.Error.WriteLine($"{request.Data}: differs from what model {manifest.Version} was trained on, in event types, times, texts or users' attributes: the figures are of the data as it is now.");
        var target = Devices.Resolve(request.Device);
        model.Network.to(target);
        using var network = new NetworkRanker($"{manifest.Name} {manifest.Architecture.Encoder} {manifest.Version}", model.Network, featuriser, target);
        Add(report, network, cases);
        if (events.Vocabulary.Categories.Count > 1) Add(report, network, featuriser, cases);
    }

    private static void Add(EvaluationReport report, IItemRanker ranker, IReadOnlyList<EvaluationCase> cases) =>
        report.Items.Add(ranker.Name, Evaluation.Items(ranker, report.Events, cases, report.SampledNegatives).Named());

    private static void Add(EvaluationReport report, ICategoryForecaster forecaster, Featuriser featuriser, IReadOnlyList<EvaluationCase> cases) =>
        report.Categories.Add(forecaster.Name, Forecasts.Measure(forecaster, report.Events, featuriser, cases).Named());
}
