using System.Globalization;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>
/// Pretrains on a source, then for each share of a target fine-tunes and trains from scratch, with the same settings but for a
/// lower learning rate of what was carried over, and measures both on the target's test cases.
/// </summary>
/// <param name="config">The configuration; its seed is the first.</param>
/// <param name="shares">Percent of the target's training users, ascending.</param>
/// <param name="train">Runs one training that is called by a name.</param>
internal sealed class TransferStudy(
    TrainingConfig config, TrainingData source, TrainingData target, IReadOnlyList<double> shares, TransferStudy.Training train)
{
    public const string Scratch = "from scratch", Transfer = "transfer", ZeroShot = "zero-shot";

    private const int LeastBatch = 64;

    public delegate ModelArtifact Training(string name, TrainingConfig config, TrainingData data, InterestNetwork? start);

    private readonly IReadOnlyList<EvaluationCase> _cases = Evaluation.TestCases(target);

    /// <summary>The figures, a row an arm and share.</summary>
    public ResultsTable Table { get; } = new("Transfer", "arm and share");

    /// <summary>The row of an arm at a share.</summary>
    public static string Row(string arm, double share) => string.Create(CultureInfo.InvariantCulture, $"{arm}, {share:0.##}%");

    /// <summary>Adds one seed's figures.</summary>
    public void Run(int seed)
    {
        // Names and values of attributes are a store's own.
        var model = config.Model with { Without = [.. config.Model.Without.Union([ModelInputs.Attributes])] };
        var seeded = config with { Model = model, Training = config.Training with { Seed = seed } };
        using var pretrained = train("pretraining on the source", seeded with { Model = seeded.Model with { IdDropout = config.Transfer.SourceIdDropout } }, source, null);
        using (var untuned = train(ZeroShot, seeded with { Training = seeded.Training with { MaxEpochs = 0 } }, UserShares.None(target), pretrained.Network))
            Table.Add(ZeroShot, TrainingFigures.Of(untuned.Manifest).Items);
        Texts(target);
        foreach (var share in shares)
        {
            var data = UserShares.Of(target, share, seed);
            Measure(Row(Scratch, share), ForShare(seeded, data), data, null);
            Measure(Row(Transfer, share), ForShare(seeded, data), data, pretrained.Network);
            foreach (var baseline in (IItemRanker[])[new Popularity(data), LastItem.CoOccurrence(data)])
            {
                var row = Row(baseline.Name, share);
                Table.Add(row, Evaluation.Items(baseline, data, _cases).Named());
                Table.Add(row, Size(data));
            }
        }
    }

    /// <summary>The configuration with batches and warm-up that fit a share.</summary>
    internal static TrainingConfig ForShare(TrainingConfig config, TrainingData data)
    {
        var inputs = data.Users.Sum(user => Math.Max(0, user.TrainingEvents - 1));
        var steps = config.Transfer.StepsPerEpoch;
        var usual = TrainingSteps.BatchEvents(config.Training, data);
        var batch = Math.Clamp(inputs / steps, Math.Min(LeastBatch, usual), usual);
        return config with { Training = config.Training with { BatchEvents = batch, WarmupSteps = Math.Min(config.Training.WarmupSteps, 2 * steps) } };
    }

    private void Measure(string row, TrainingConfig settings, TrainingData data, InterestNetwork? start)
    {
        using var model = train(row, settings, data, start);
        Table.Add(row, TrainingFigures.Of(model.Manifest).Items);
        Table.Add(row, Size(data));
        Table.Add(row, "epochs", model.Manifest.Metrics["training.epochs"]);
    }

    // The same for every seed.
    private void Texts(TrainingData data)
    {
        using var encoder = ItemTexts.Encoder(config.Model);
        var nearest = new NearestText(ItemTexts.Encode(data.Items, encoder));
        if (!Table.Rows.Contains(nearest.Name)) Table.Add(nearest.Name, Evaluation.Items(nearest, data, _cases).Named());
    }

    private static IEnumerable<KeyValuePair<string, double>> Size(TrainingData data) =>
    [
        new("users", data.Users.Count(user => user.TrainingEvents > 0)), new("events", data.Users.Sum(user => user.TrainingEvents)),
    ];
}
