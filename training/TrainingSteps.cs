using Driftline.InterestModel;
using TorchSharp;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>The steps of a training: batches of windows, the losses of both heads together, and the change of the weights.</summary>
internal sealed class TrainingSteps(TrainingConfig config, TrainingData data)
{
    // Recurrences go through windows event by event, and the text of all items is adapted once a step, whatever the step holds: in large sets larger steps pay.
    private const int LeastEvents = 256, UsualEvents = 1_024, MostEvents = 2_048, UsualSteps = 100, StepsOfLargeSets = 230;

    private readonly TrainingSettings _settings = config.Training;
    private readonly double _rateOfBatch = Math.Sqrt(Math.Max(1, BatchEvents(config.Training, data) / (double)UsualEvents));
    private readonly Featuriser _featuriser = new(config.Features);
    private readonly HorizonTargets _horizon = new(data.Vocabulary, new Featuriser(config.Features), config.Training.HorizonDays, config.Training.SparseHorizonEvents);
    private Random _random = new(config.Training.Seed);

    /// <summary>Steps taken so far: the learning rate rises over the first.</summary>
    public int Taken { get; set; }

    /// <summary>Makes chance depend on the epoch alone, so that a training that was stopped goes on as it would have.</summary>
    public void Seed(int epoch)
    {
        random.manual_seed(unchecked(_settings.Seed * 1_000_003L + epoch));
        _random = new Random(unchecked(_settings.Seed * 1_000_003 + epoch));
    }

    /// <summary>The windows of every epoch.</summary>
    public TrainingWindows Windows(InterestNetwork network) =>
        new(data, config.Features.SequenceLength, BatchEvents(_settings, data), network.Causal, _settings.Seed);

    /// <summary>One pass over an epoch's batches: the mean loss.</summary>
    /// <param name="network">In training mode; changed in place.</param>
    /// <param name="rate">Factor on the optimiser's learning rates.</param>
    /// <param name="isOver">Asked before each step whether to leave the rest.</param>
    /// <param name="progress">Told the share done and the mean loss so far after each step.</param>
    public double Pass(
        InterestNetwork network, Device device, optim.Optimizer optimiser, IReadOnlyList<TrainingWindow[]> batches, double rate,
        Func<bool> isOver, Action<double, double> progress, CancellationToken cancel)
    {
        double loss = 0;
        var done = 0;
        foreach (var batch in batches)
        {
            cancel.ThrowIfCancellationRequested();
            if (isOver()) break;
            loss += Step(network, device, optimiser, batch, rate);
            done++;
            progress((double)done / batches.Count, loss / done);
        }

        return loss / Math.Max(1, done);
    }

    /// <summary>Input events of a step.</summary>
    public static int BatchEvents(TrainingSettings settings, TrainingData data) =>
        settings.BatchEvents > 0 ? settings.BatchEvents : Events(data.Users.Sum(user => user.TrainingEvents));

    private static int Events(int all) => Math.Clamp(all / UsualSteps, LeastEvents, Math.Clamp(all / StepsOfLargeSets, UsualEvents, MostEvents));

    private double Step(InterestNetwork network, Device device, optim.Optimizer optimiser, TrainingWindow[] windows, double rate)
    {
        using var scope = NewDisposeScope();
        var warm = Math.Min(1, (++Taken) / (double)Math.Max(1, _settings.WarmupSteps));
        foreach (var group in optimiser.ParamGroups) group.LearningRate = group.InitialLearningRate * _rateOfBatch * rate * warm;

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

    // Every position of the batch that can be learnt from, or as many of them as memory is given to.
    private (long Flat, UserHistory User, int Event)[] Positions(TrainingWindow[] windows, int length, bool causal)
    {
        var all = windows.SelectMany((window, row) => Enumerable.Range(causal ? 0 : window.Length - 1, causal ? window.Length : 1)
            .Select(i => ((long)row * length + i, window.User, window.Start + i))).ToArray();
        var candidates = data.Items.Count <= _settings.FullSoftmaxItems ? 1 : _settings.SampledNegatives + 1;
        var most = Math.Max(1, _settings.MaxLogits / Math.Max(candidates, data.Vocabulary.Categories.Count));
        if (all.Length <= most) return all;
        _random.Shuffle(all);
        return all[..most];
    }
}
