using System.Text.Json;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>Test figures of one training, by name: what <c>train --json</c> writes.</summary>
internal sealed record TrainingFigures(IDictionary<string, double> Items, IDictionary<string, double> Categories)
{
    /// <summary>What was trained on what, see <see cref="Checkpoint.KeyOf"/>: figures of another key belong to another table.</summary>
    public string? Key { get; init; }

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>What training measured on the test cases, and how long it took.</summary>
    public static TrainingFigures Of(ModelManifest manifest)
    {
        var categories = Named(name => name.StartsWith(ModelManifest.CategoryTest, StringComparison.Ordinal), ModelManifest.CategoryTest);
        var items = Named(
            name => name.StartsWith(ModelManifest.ItemTest, StringComparison.Ordinal) && !name.StartsWith(ModelManifest.CategoryTest, StringComparison.Ordinal),
            ModelManifest.ItemTest);
        items.Add("train-seconds", manifest.Metrics["training.seconds"]);
        return new TrainingFigures(items, categories);

        Dictionary<string, double> Named(Func<string, bool> belongs, string prefix) =>
            manifest.Metrics.Where(metric => belongs(metric.Key)).ToDictionary(metric => metric.Key[prefix.Length..], metric => metric.Value);
    }
}
