using System.Text.Json;
using Driftline.InterestModel;
using TorchSharp;

namespace Driftline.Training;

/// <summary><c>evaluate --data FOLDER --artifact ARTIFACT --json FILE</c>.</summary>
internal static class EvaluateCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static int Run(string data, string artifact, string? split, string? json, string device)
    {
        using var model = ModelArtifact.Load(artifact);
        var manifest = model.Manifest;
        var events = TrainingData.Read(data, split is null ? Split.Parse(manifest.Split) : Split.Parse(split));
        if (events.SplitHash != manifest.SplitHash || !events.Items.Select(item => item.ItemId).SequenceEqual(model.Items.Select(item => item.Id)))
        {
            throw new InputException(
                $"{data}: is not the data that model {manifest.Version} was trained on (split {events.SplitHash[..12]}, the model's is {manifest.SplitHash[..12]}): its held-out events may be among the model's training events. Evaluate on the training folder.");
        }

        var target = Devices.Resolve(device);
        model.Network.to(target);
        var cases = Evaluation.TestCases(events);
        var figures = Evaluation.Model(model.Network, new Featuriser(manifest.Features), target, events, cases);
        var popularity = Evaluation.Popularity(events, cases);
        Report.Print(manifest, figures, popularity);
        if (json is null) return 0;
        var report = new
        {
            protocol = $"{events.Split.Name}, full ranking, seen items not filtered, ties by item index",
            model = manifest.Name,
            manifest.Version,
            manifest.Architecture.Encoder,
            events.DataHash,
            manifest.SplitHash,
            manifest.Items,
            users = figures.Users,
            results = new Dictionary<string, object>
            {
                ["model"] = new Dictionary<string, double> { ["hr@10"] = figures.HitRate, ["ndcg@10"] = figures.Ndcg },
                ["popularity"] = new Dictionary<string, double> { ["hr@10"] = popularity.HitRate, ["ndcg@10"] = popularity.Ndcg },
            },
        };
        File.WriteAllText(json, JsonSerializer.Serialize(report, Json) + "\n");
        return 0;
    }
}
