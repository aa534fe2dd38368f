using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>
/// Collects the figures of models with and without an input, of the items also the network's alone, without what the blend adds. Where the input is
/// the users' attributes, the category forecast is also judged on the users who have any.
/// </summary>
internal sealed class Ablation(TrainingData data, TrainingConfig config, string input, EvaluationReport report)
{
    private const string Whole = "all inputs";
    private const string Known = ", users with attributes";
    private const string Alone = ", network alone";

    private readonly Featuriser _featuriser = new(config.Features);
    private readonly IReadOnlyList<EvaluationCase> _cases = Evaluation.TestCases(data);

    /// <summary>Trains one model and adds its figures.</summary>
    /// <param name="seed">Of the training.</param>
    /// <param name="without">The input that is left out; empty for none.</param>
    /// <param name="train">Runs the training.</param>
    public void Run(int seed, string without, Func<Trainer, ModelArtifact> train)
    {
        var settings = config with
        {
            Model = without.Length == 0 ? config.Model : config.Model with { Without = [.. config.Model.Without, without] },
            Training = config.Training with { Seed = seed },
        };
        using var model = train(new Trainer(settings, data, TimeProvider.System));
        var figures = TrainingFigures.Of(model.Manifest);
        var row = without.Length == 0 ? Whole : $"without {without}";
        report.Items.Add(row, figures.Items);
        report.Categories.Add(row, figures.Categories);
        var blended = model.Manifest.Architecture.Associations;
        if (blended) model.Network.Associations.Set(BlendSettings.NetworkAlone);
        using var network = new NetworkRanker(row, model.Network, _featuriser, TorchSharp.torch.CPU);
        if (blended) report.Items.Add(row + Alone, Evaluation.Items(network, data, _cases).Named());
        if (input == ModelInputs.Attributes && data.Vocabulary.Categories.Count > 1) AddKnown(network);
    }

    /// <summary>Adds the differences seed by seed, and the baselines.</summary>
    public void AddReferences()
    {
        AddDifference(report.Items, "");
        AddDifference(report.Items, Alone);
        report.Items.Add("popularity", Evaluation.Items(new Popularity(data), data, _cases).Named());
        if (data.Vocabulary.Categories.Count <= 1) return;
        AddDifference(report.Categories, "");
        if (input == ModelInputs.Attributes) AddDifference(report.Categories, Known);
        foreach (var forecaster in BaselineSet.Categories(data, _featuriser))
        {
            report.Categories.Add(forecaster.Name, Forecasts.Measure(forecaster, data, _featuriser, _cases).Named());
            if (input == ModelInputs.Attributes) AddKnown(forecaster);
        }
    }

    private void AddKnown(ICategoryForecaster forecaster)
    {
        EvaluationCase[] known = [.. _cases.Where(c => c.User.Attributes.Any(index => index != AttributeVocabulary.Unknown))];
        report.Categories.Add(forecaster.Name + Known, Forecasts.Measure(forecaster, data, _featuriser, known).Named());
    }

    private void AddDifference(ResultsTable table, string suffix)
    {
        foreach (var metric in table.Metrics.ToArray())
        {
            if (table[Whole + suffix, metric] is not { } whole || table[$"without {input}{suffix}", metric] is not { } without || metric.EndsWith("cases", StringComparison.Ordinal) || metric == "train-seconds") continue;
            foreach (var (a, b) in whole.Values.Zip(without.Values)) table.Add($"difference{suffix}", metric, a - b);
        }
    }
}
