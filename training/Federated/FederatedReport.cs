using System.Globalization;
using System.Text.Json;
using Driftline.Catalog;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>The figures of federated and central training side by side.</summary>
internal sealed class FederatedReport(string name, TrainingData data, TrainingConfig config, FederatedSettings settings, string command)
{
    private readonly ResultsTable _table = new("Federated", "training");
    private readonly Dictionary<string, List<IReadOnlyList<double>>> _curves = [];
    private readonly Featuriser _featuriser = new(config.Features);
    private readonly IReadOnlyList<EvaluationCase> _cases = Evaluation.TestCases(data);

    /// <summary>What is protected, and how well.</summary>
    public string Protection => settings.Noise == 0
        ? "No noise: there is no differential privacy (epsilon is infinite)."
        : string.Create(CultureInfo.InvariantCulture,
            $"({settings.Epsilon:F2}, {settings.Delta:G2})-differential privacy of a whole silo: the model would be about as likely had any one of the {settings.Silos} silos, with all its users, not been there. Gaussian noise {settings.Noise} x clip {settings.Clip} on the sum of the updates, {settings.Rounds} rounds, each silo taking part with probability {settings.Participation}.");

    private string Protocol => string.Create(CultureInfo.InvariantCulture,
        $"{data.Split.Protocol}; full ranking over {data.Items.Count} items, {_cases.Count} users, seen items not filtered, ties by item index; {settings.Silos} silos of {data.Users.Count} users by hash, {settings.Rounds} rounds of {settings.LocalEpochs} local epochs (central: {settings.CentralRounds * settings.LocalEpochs} epochs), all weights of the last round (no early stopping); split {data.SplitHash[..12]}");

    /// <summary>Adds a run of one seed.</summary>
    public void Add(string row, InterestNetwork network, FederatedRun run)
    {
        var device = Devices.Resolve(config.Training.Device);
        using var ranker = new NetworkRanker(row, network, _featuriser, device);
        Add(row, ranker, ranker);
        if (run.UpdateNorm > 0) _table.Add(row, "update-norm", run.UpdateNorm);
        if (row.EndsWith("noise", StringComparison.Ordinal)) _table.Add(row, "epsilon", settings.Epsilon);
        _table.Add(row, "train-seconds", run.Seconds);
        if (!_curves.TryGetValue(row, out var curves)) _curves.Add(row, curves = []);
        curves.Add(run.Validation);
    }

    /// <summary>Adds what needs no model.</summary>
    public void AddReference() => Add("popularity", new Popularity(data), new Population(data, _featuriser));

    public void Print(TextWriter output)
    {
        output.WriteLine(Protocol);
        output.WriteLine(_table.Plain());
    }

    /// <summary>What the model with the protection asked for is, seen from outside: no counts of the silos' events and, where it is private, nothing else that was computed from all of them.</summary>
    public ModelManifest Manifest(TextEncoder encoder) => new()
    {
        Name = config.Name,
        CreatedAt = TimeProvider.System.GetUtcNow(),
        Architecture = config.Model,
        Features = config.Features,
        Categories = data.Vocabulary.Categories,
        Items = data.Items.Count,
        TextEncoderLicence = encoder.Licence,
        TextEncoderId = encoder.Id,
        DataHash = settings.Noise > 0 ? "" : data.DataHash,
        Split = data.Split.Name,
        SplitHash = settings.Noise > 0 ? "" : data.SplitHash,
        Blend = BlendSettings.NetworkAlone, // associations are counted from events, which the silos keep
        Metrics = settings.Noise > 0 ? new Dictionary<string, double>() : _table.Metrics.Where(metric => _table[_table.Rows[^1], metric] is not null)
            .ToDictionary(metric => "test." + metric, metric => _table[_table.Rows[^1], metric]!.Values[^1]),
    };

    /// <summary>The catalogue's items, without how often each was met.</summary>
    public IReadOnlyList<ItemRecord> Items() =>
        [.. data.Items.Select((item, i) => new ItemRecord(item.ItemId, data.Vocabulary.CategoryOf(i), item.ContentHash, 0))];

    /// <summary>Writes <c>results.json</c>, <c>results.md</c> and the plot.</summary>
    public void WriteFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "results.json"), JsonSerializer.Serialize(new
        {
            protocol = Protocol,
            protection = Protection,
            command,
            data = name,
            data.DataHash,
            data.SplitHash,
            rows = _table.ByRow(),
            validationNdcg = _curves,
            config,
        }, ReportFiles.Json) + "\n");
        Plots.Lines(Path.Combine(folder, "rounds.png"), [.. _curves.Select(pair => Curve(pair.Key, pair.Value))], "epochs over the data", "validation NDCG@10", $"{name}: {settings.Silos} silos");
        File.WriteAllText(Path.Combine(folder, "results.md"), $"# {name}: federated training\n\n{Protocol}. Data {data.DataHash[..12]}.\n\n{Protection}\n\n```\n{command}\n```\n\n{_table.Markdown()}\n![Validation NDCG@10 by round](rounds.png)\n");
    }

    private void Add(string row, IItemRanker ranker, ICategoryForecaster forecaster)
    {
        var items = Evaluation.Items(ranker, data, _cases).Named().ToDictionary();
        foreach (var metric in (string[])["hr@10", "ndcg@10", "mrr", "coverage@10"]) _table.Add(row, metric, items[metric]);
        if (data.Vocabulary.Categories.Count > 1) _table.Add(row, "kl", Forecasts.Measure(forecaster, data, _featuriser, _cases).KullbackLeibler);
    }

    private Series Curve(string row, List<IReadOnlyList<double>> curves)
    {
        var figures = Enumerable.Range(0, curves[0].Count).Select(round => new Figure([.. curves.Select(curve => curve[round])])).ToArray();
        return new Series(
            row, [.. Enumerable.Range(1, figures.Length).Select(round => round * settings.LocalEpochs * (double)settings.CentralRounds / figures.Length)],
            [.. figures.Select(figure => figure.Mean)], curves.Count > 1 ? [.. figures.Select(figure => figure.Deviation)] : null);
    }
}
