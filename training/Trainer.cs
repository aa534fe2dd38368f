using Driftline.Catalog;
using Driftline.InterestModel;
using TorchSharp;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>Where training stands.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="EpochFraction">Share of the epoch done.</param>
/// <param name="Loss">Mean loss of the epoch so far.</param>
/// <param name="Validation">Figures at the epoch's end, else null.</param>
/// <param name="Best">Whether they are the best so far.</param>
/// <param name="Seconds">Since training began.</param>
public sealed record TrainingProgress(int Epoch, double EpochFraction, double Loss, RankingMetrics? Validation, bool Best, double Seconds);

/// <summary>Trains a model: both heads together, the best epoch chosen on validation, see <see cref="TrainingSettings.ChooseBy"/>.</summary>
public sealed class Trainer(TrainingConfig config, TrainingData data, TimeProvider time)
{
    private readonly TrainingSettings _settings = config.Training;
    private readonly Featuriser _featuriser = new(config.Features);

    private AttributeVocabulary Attributes => config.Model.Without.Contains(ModelInputs.Attributes) ? AttributeVocabulary.None : data.Attributes;

    /// <summary>Trains, measures on test once, and returns the model on the CPU.</summary>
    /// <param name="progress">Told where training stands.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="checkpoint">Folder where each epoch's end is kept, for the caller to remove once the model is saved: a training that was stopped goes on from there, to the same result.</param>
    /// <param name="start">
    /// Where given, what <see cref="WeightTransfer"/> carries over from this network is where training begins, and the network is no worse on
    /// validation than that beginning; its blend is kept.
    /// </param>
    /// <exception cref="InputException">The configuration and the data do not fit each other.</exception>
    public ModelArtifact Train(
        Action<TrainingProgress> progress, InterestNetwork? start = null, string? checkpoint = null, CancellationToken cancel = default)
    {
        if (_settings.ChooseBy == TrainingSettings.ByCategories && data.Vocabulary.Categories.Count == 1)
            throw new InputException($"training.chooseBy {_settings.ChooseBy}: the items have one category, of which every forecast is right. Choose by {TrainingSettings.ByItems}.");
        CpuThreads.Set(config);
        var device = Devices.Resolve(_settings.Device);
        if (device.type == DeviceType.CUDA) backends.cuda.matmul.allow_tf32 = true;
        random.manual_seed(_settings.Seed);
        using var encoder = ItemTexts.Encoder(config.Model);
        var text = ItemTexts.Encode(data.Items, encoder, cancel);
        var mean = text.Mean();
        var settings = config.Model with { TextEncoder = encoder.Name, TextDimensions = encoder.Dimensions, Dropout = Dropout() };
        var network = new InterestNetwork(settings, config.Features, data.Items.Count, data.Vocabulary.Categories.Count, Attributes);
        var centred = text.CentredBy(mean);
        var learning = data.Users.Where(user => user.TrainingEvents > 1).ToArray(); // a user's only event is neither input nor target
        var met = learning.SelectMany(user => user.Events.Take(user.TrainingEvents)).Select(e => e.Item).ToHashSet();
        network.SetItems(
            centred.Values, [.. Enumerable.Range(ItemRows.First, data.Items.Count).Select(met.Contains)],
            [.. Enumerable.Range(0, data.Items.Count).Select(data.Vocabulary.CategoryOf)], mean);
        var chain = new CategoryMarkov(data, _featuriser);
        network.SetCategories(chain.Population, chain.After);
        network.SilenceUnmet(learning.Select(user =>
            Featuriser.Build([new(user.Events, 0, user.TrainingEvents - 1)], [user.Attributes], [user.TrainingEvents - 1])));
        if (start is not null) WeightTransfer.Copy(start, network);
        network.to(device);
        var kept = checkpoint is null ? null : new Checkpoint(checkpoint, Checkpoint.KeyOf(config with { Model = settings }, data) + encoder.Id);
        var fit = new Fit(config, data);
        var (validation, epochs) = fit.Run(network, device, started: start is not null, kept, progress, cancel);
        var blend = settings.Associations ? Blend(network, device, centred, start, cancel) : BlendSettings.NetworkAlone;
        var seconds = fit.Seconds;

        var metrics = Test(network, device, cancel);
        cancel.ThrowIfCancellationRequested();
        var popularity = Evaluation.Popularity(data, Evaluation.TestCases(data));
        network.to(CPU);
        var manifest = new ModelManifest
        {
            Name = config.Name,
            CreatedAt = time.GetUtcNow(),
            Architecture = settings,
            Features = config.Features,
            Categories = data.Vocabulary.Categories,
            Items = data.Items.Count,
            Attributes = Attributes.Attributes,
            TextEncoderLicence = encoder.Licence,
            TextEncoderId = encoder.Id,
            DataHash = data.DataHash,
            Split = data.Split.Name,
            SplitHash = data.SplitHash,
            Blend = blend,
            Metrics = new Dictionary<string, double>(metrics)
            {
                ["popularity.hr@10"] = popularity.HitRate,
                ["popularity.ndcg@10"] = popularity.Ndcg,
                ["validation.hr@10"] = validation.HitRate,
                ["validation.ndcg@10"] = validation.Ndcg,
                ["training.epochs"] = epochs,
                ["training.seconds"] = Math.Round(seconds, 1),
            },
        };
        var items = data.Items.Select((item, i) => new ItemRecord(item.ItemId, data.Vocabulary.CategoryOf(i), item.ContentHash, data.TrainingCounts[i]));
        return new ModelArtifact(manifest, [.. items], network, data.TrainingCounts.Any(count => count > 0) ? FitPopulation.Of(data, _settings.HorizonDays) : null);
    }

    // The figures of the test cases, by name.
    private Dictionary<string, double> Test(InterestNetwork network, Device device, CancellationToken cancel)
    {
        var cases = Evaluation.TestCases(data);
        using var ranker = new NetworkRanker(config.Name, network, _featuriser, device);
        var metrics = Evaluation.Items(ranker, data, cases, cancel: cancel).Named().ToDictionary(figure => ModelManifest.ItemTest + figure.Key, figure => figure.Value);
        if (data.Vocabulary.Categories.Count == 1) return metrics;
        foreach (var (name, value) in Forecasts.Measure(ranker, data, _featuriser, cases).Named()) metrics.Add(ModelManifest.CategoryTest + name, value);
        return metrics;
    }

    // Fills the associations and finds the blend on the validation cases that early stopping was done on. Once it is found, the tables are counted
    // again with the validation events, as they will be asked what comes after those. What training began with has found its blend already, on more
    // cases than there may be here.
    private BlendSettings Blend(InterestNetwork network, Device device, TextVectors centred, InterestNetwork? start, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        AssociationTables.Link(network.Associations, config.Model.Without.Contains(ModelInputs.Text) ? null : centred);
        var settings = start?.Associations.Settings ?? Found();
        AssociationTables.Count(network.Associations, Occurrences.OfItems(data, user => user.KnownEvents));
        network.Associations.Set(settings);
        return settings;

        BlendSettings Found()
        {
            AssociationTables.Count(network.Associations, Occurrences.OfItems(data));
            using var ranker = new NetworkRanker("network", network, _featuriser, device);
            var cases = Evaluation.ValidationCases(data, (int)Math.Min(BlendFit.MostCases, BlendFit.MostScores / data.Items.Count));
            return new BlendFit(ranker, network.Associations.Read(), data.Items.Count, cases, config.Features.SequenceLength).Run(cancel);
        }
    }

    private double Dropout() => _settings.DropoutByDensity
        ? Math.Clamp(0.6 - Math.Log10(Math.Max(1, (double)data.TrainingCounts.Sum() / data.Items.Count)) / 6, 0.1, 0.5)
        : config.Model.Dropout;
}
