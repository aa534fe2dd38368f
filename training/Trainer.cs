using System.Diagnostics;
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
    private readonly Stopwatch _watch = new();
    private Random _random = new(config.Training.Seed);
    private readonly HorizonTargets _horizon = new(data.Vocabulary, new Featuriser(config.Features), config.Training.HorizonDays, config.Training.SparseHorizonEvents);
    private int _step;
    private double _earlierSeconds;

    private double Seconds => _earlierSeconds + _watch.Elapsed.TotalSeconds;

    private AttributeVocabulary Attributes => config.Model.Without.Contains(ModelInputs.Attributes) ? AttributeVocabulary.None : data.Attributes;

    /// <summary>Trains, measures on test once, and returns the model on the CPU.</summary>
    /// <param name="progress">Told where training stands.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="checkpoint">Folder where each epoch's end is kept until training is over: a training that was stopped goes on from there, to the same result.</param>
    /// <param name="start">
    /// Where given, what <see cref="WeightTransfer"/> carries over from this network is where training begins, and the result is no worse on
    /// validation than that beginning.
    /// </param>
    public ModelArtifact Train(
        Action<TrainingProgress> progress, InterestNetwork? start = null, string? checkpoint = null, CancellationToken cancel = default)
    {
        _watch.Start();
        if (_settings.Threads > 0) set_num_threads(_settings.Threads);
        var device = Devices.Resolve(_settings.Device);
        if (device.type == DeviceType.CUDA) backends.cuda.matmul.allow_tf32 = true;
        random.manual_seed(_settings.Seed);
        using var encoder = ItemTexts.Encoder(config.Model);
        var text = ItemTexts.Encode(data.Items, encoder);
        var mean = text.Mean();
        var settings = config.Model with { TextEncoder = encoder.Name, TextDimensions = encoder.Dimensions, Dropout = Dropout() };
        var network = new InterestNetwork(settings, config.Features, data.Items.Count, data.Vocabulary.Categories.Count, Attributes);
        var centred = text.CentredBy(mean);
        network.SetItems(
            centred.Values, [.. data.TrainingCounts.Select(count => count > 0)],
            [.. Enumerable.Range(0, data.Items.Count).Select(data.Vocabulary.CategoryOf)], mean);
        network.SetCategories(new Population(data, _featuriser).Shares, new CategoryMarkov(data, _featuriser).After);
        if (start is not null) WeightTransfer.Copy(start, network);
        network.to(device);
        var kept = checkpoint is null ? null : new Checkpoint(checkpoint, Checkpoint.KeyOf(config, data));
        var (validation, epochs) = Fit(network, device, started: start is not null, kept, progress, cancel);
        var blend = settings.Associations ? Blend(network, device, centred) : BlendSettings.NetworkAlone;
        var seconds = Seconds;

        var cases = Evaluation.TestCases(data);
        var test = Evaluation.Model(network, _featuriser, device, data, cases);
        var popularity = Evaluation.Popularity(data, cases);
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
            Metrics = new Dictionary<string, double>
            {
                ["test.hr@10"] = test.HitRate,
                ["test.ndcg@10"] = test.Ndcg,
                ["test.users"] = test.Users,
                ["popularity.hr@10"] = popularity.HitRate,
                ["popularity.ndcg@10"] = popularity.Ndcg,
                ["validation.hr@10"] = validation.HitRate,
                ["validation.ndcg@10"] = validation.Ndcg,
                ["training.epochs"] = epochs,
                ["training.seconds"] = Math.Round(seconds, 1),
            },
        };
        var items = data.Items.Select((item, i) => new ItemRecord(item.ItemId, data.Vocabulary.CategoryOf(i), item.ContentHash, data.TrainingCounts[i]));
        kept?.Remove();
        return new ModelArtifact(manifest, [.. items], network, FitPopulation.Of(data, _settings.HorizonDays));
    }

    private (RankingMetrics Best, int Epochs) Fit(
        InterestNetwork network, Device device, bool started, Checkpoint? checkpoint, Action<TrainingProgress> progress, CancellationToken cancel)
    {
        using var optimiser = optim.AdamW(network.parameters(), _settings.LearningRate, weight_decay: _settings.WeightDecay);
        var windows = Windows(network);
        var cases = Evaluation.ValidationCases(data, _settings.ValidationUsers);
        var best = new RankingMetrics(cases.Count, 0, -1);
        var bestScore = double.NegativeInfinity;
        var weights = network.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter);
        var kept = weights.ToDictionary(p => p.Key, p => p.Value.detach().clone());
        var rate = _settings.LearningRate;
        int epoch = 0, sinceBest = 0;
        if (Resumed() is { } state)
        {
            (best, bestScore, rate, epoch, sinceBest) = (state.Best, state.BestScore, state.Rate, state.Epoch, state.SinceBest);
            (_step, _earlierSeconds) = (state.Step, state.Seconds);
        }
        else if (started)
        {
            best = Validate(network, device, cases);
            bestScore = Score(best, network, device, cases);
        }

        while (epoch < _settings.MaxEpochs && sinceBest < _settings.Patience && Seconds < _settings.MaxSeconds)
        {
            epoch++;
            // Chance depends on the epoch alone, so that a training that was stopped goes on as it would have.
            random.manual_seed(unchecked(_settings.Seed * 1_000_003L + epoch));
            _random = new Random(unchecked(_settings.Seed * 1_000_003 + epoch));
            network.train();
            var loss = Pass(
                network, device, optimiser, windows.Epoch(epoch), rate,
                (share, mean) => progress(new TrainingProgress(epoch, share, mean, null, false, Seconds)), cancel);
            var validation = Validate(network, device, cases);
            var score = Score(validation, network, device, cases);
            var better = score > bestScore;
            if (better)
            {
                (best, bestScore) = (validation, score);
                sinceBest = 0;
                Copy(weights, kept);
            }
            else
            {
                sinceBest++;
                rate *= _settings.Decay;
            }

            checkpoint?.Save(new CheckpointState("", epoch, _step, sinceBest, rate, bestScore, best, Seconds), weights, kept, optimiser);
            progress(new TrainingProgress(epoch, 1, loss, validation, better, Seconds));
        }

        Copy(kept, weights);
        foreach (var tensor in kept.Values) tensor.Dispose();
        return (best, epoch);

        CheckpointState? Resumed()
        {
            using var noGrad = no_grad();
            return checkpoint?.Load(weights, kept, optimiser);
        }
    }

    /// <summary>The windows of every epoch.</summary>
    internal TrainingWindows Windows(InterestNetwork network) =>
        new(data, config.Features.SequenceLength, BatchEvents(_settings, data), network.Causal, _settings.Seed);

    /// <summary>One pass over an epoch's batches, or as much of it as the time cap allows: the mean loss.</summary>
    /// <param name="network">In training mode; changed in place.</param>
    /// <param name="progress">Told the share done and the mean loss so far after each step.</param>
    internal double Pass(
        InterestNetwork network, Device device, optim.Optimizer optimiser, IReadOnlyList<TrainingWindow[]> batches, double rate,
        Action<double, double> progress, CancellationToken cancel)
    {
        double loss = 0;
        var done = 0;
        foreach (var batch in batches)
        {
            cancel.ThrowIfCancellationRequested();
            if (Seconds >= _settings.MaxSeconds) break;
            loss += Step(network, device, optimiser, batch, rate);
            done++;
            progress((double)done / batches.Count, loss / done);
        }

        return loss / Math.Max(1, done);
    }

    // What the best epoch is chosen by; higher is better.
    private double Score(RankingMetrics validation, InterestNetwork network, Device device, IReadOnlyList<EvaluationCase> cases)
    {
        if (_settings.ChooseBy == TrainingSettings.ByItems || cases.Count == 0) return validation.Ndcg;
        using var forecaster = new NetworkRanker("validation", network, _featuriser, device);
        return -Forecasts.ChooseMixture(forecaster, data, _featuriser, cases).KullbackLeibler;
    }

    private RankingMetrics Validate(InterestNetwork network, Device device, IReadOnlyList<EvaluationCase> cases)
    {
        using var ranker = new NetworkRanker("validation", network, _featuriser, device);
        return RankingMetrics.OfNetwork(Evaluation.Items(ranker, data, cases));
    }

    // Fills the associations and finds the blend on the validation cases that early stopping was done on.
    private BlendSettings Blend(InterestNetwork network, Device device, TextVectors centred)
    {
        AssociationTables.Fill(network.Associations, data, config.Model.Without.Contains(ModelInputs.Text) ? null : centred);
        using var ranker = new NetworkRanker("network", network, _featuriser, device);
        var cases = Evaluation.ValidationCases(data, (int)Math.Min(BlendFit.MostCases, BlendFit.MostScores / data.Items.Count));
        var settings = new BlendFit(ranker, network.Associations.Read(), data.Items.Count, cases, config.Features.SequenceLength).Run();
        network.Associations.Set(settings);
        return settings;
    }

    private double Dropout() => _settings.DropoutByDensity
        ? Math.Clamp(0.6 - Math.Log10(Math.Max(1, (double)data.TrainingCounts.Sum() / data.Items.Count)) / 6, 0.1, 0.5)
        : config.Model.Dropout;

    /// <summary>Input events of a step.</summary>
    internal static int BatchEvents(TrainingSettings settings, TrainingData data) =>
        settings.BatchEvents > 0 ? settings.BatchEvents : Math.Clamp(data.Users.Sum(user => user.TrainingEvents) / 100, 256, 1024);

    private double Step(InterestNetwork network, Device device, optim.Optimizer optimiser, TrainingWindow[] windows, double rate)
    {
        using var scope = NewDisposeScope();
        var warm = Math.Min(1, (_step++ + 1) / (double)Math.Max(1, _settings.WarmupSteps));
        foreach (var group in optimiser.ParamGroups) group.LearningRate = rate * warm;

        var batch = _featuriser.Build([.. windows.Select(window => window.Inputs)], [.. windows.Select(window => window.User.Attributes)]);
        var positions = Positions(windows, batch.Length, network.Causal);
        var table = network.ItemTable();
        var features = FeatureTensors.Of(batch, device);
        var at = tensor(positions.Select(p => p.Flat).ToArray(), device: device);                                       // [M]
        var states = network.Encode(features, table, network.CategoryOfRow).flatten(0, 1).index_select(0, at);          // [M, H]
        var targets = tensor(positions.Select(p => (long)p.User.Events[p.Event + 1].Item).ToArray(), device: device);
        var users = network.UserVectors(states);
        var loss = data.Items.Count <= _settings.FullSoftmaxItems
            ? NextItemLoss.Full(users, table, targets)
            : NextItemLoss.Sampled(users, table, targets, _settings.SampledNegatives);
        if (_settings.CategoryLossWeight > 0) loss += CategoryLoss(network.NextInterest(states, features, at, network.CategoryOfRow), positions, device) * _settings.CategoryLossWeight;

        optimiser.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(network.parameters(), _settings.GradientClip);
        optimiser.step();
        return loss.ToDouble();
    }

    // Cross-entropy with a distribution: -sum_c target_c log h_c, over the positions that have one.
    private Tensor CategoryLoss(Tensor log, (long Flat, UserHistory User, int Event)[] positions, Device device)
    {
        var categories = data.Vocabulary.Categories.Count;
        var target = new float[positions.Length * categories];
        for (var i = 0; i < positions.Length; i++)
            _horizon.Write(positions[i].User, positions[i].Event, target.AsSpan(i * categories, categories));
        var distribution = tensor(target, [positions.Length, categories], device: device);
        return -(distribution * log).sum() / distribution.sum().clamp(min: 1);
    }

    // Every position of the batch that can be learnt from, or as many of them as the logits may take.
    private (long Flat, UserHistory User, int Event)[] Positions(TrainingWindow[] windows, int length, bool causal)
    {
        var all = windows.SelectMany((window, row) => Enumerable.Range(causal ? 0 : window.Length - 1, causal ? window.Length : 1)
            .Select(i => ((long)row * length + i, window.User, window.Start + i))).ToArray();
        var candidates = data.Items.Count <= _settings.FullSoftmaxItems ? data.Items.Count : _settings.SampledNegatives + 1;
        var most = Math.Max(1, _settings.MaxLogits / Math.Max(candidates, data.Vocabulary.Categories.Count));
        if (all.Length <= most) return all;
        _random.Shuffle(all);
        return all[..most];
    }

    private static void Copy(Dictionary<string, Tensor> from, Dictionary<string, Tensor> to)
    {
        using var noGrad = no_grad();
        foreach (var (name, tensor) in from) to[name].copy_(tensor);
    }
}
