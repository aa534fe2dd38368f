using System.Diagnostics;
using Driftline.InterestModel;
using TorchSharp;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>What one run showed.</summary>
/// <param name="Validation">NDCG@10 on the validation cases after each round. Watched, never chosen by: the last round's weights are the result.</param>
/// <param name="UpdateNorm">Median L2 norm of the silos' updates before clipping; 0 where there were none.</param>
/// <param name="Seconds">Of training.</param>
public sealed record FederatedRun(IReadOnlyList<double> Validation, double UpdateNorm, double Seconds);

/// <summary>
/// Federated averaging (McMahan et al. 2017, arXiv:1602.05629) of silos with differential privacy (as of users in McMahan et al. 2018,
/// arXiv:1710.06963). In each round the taking-part silos train from the global weights; each scales its update to a norm of at most C; the server
/// adds Gaussian noise of deviation noise * C to their sum and moves the weights by it, divided by the expected number of silos (all silos weigh the
/// same, so that one silo changes the sum by at most C).
/// <para>
/// What starts it holds nothing of the users: the catalogue is public, every item has an id embedding, all of them begin at zero, and there are no
/// user attributes. With noise, who takes part and the noise are drawn from the system's secret randomness: whoever could draw them again, from a seed that the
/// report prints, could take them away. Doubles are not real numbers, which leaks a little (Mironov 2012, doi:10.1145/2382196.2382264).
/// </para>
/// </summary>
public sealed class FederatedTraining : IDisposable
{
    private readonly TrainingConfig _config;
    private readonly TrainingData _data;
    private readonly Device _device;
    private readonly Featuriser _featuriser;
    private readonly Tensor _start;
    private readonly IReadOnlyList<EvaluationCase> _validation;

    /// <param name="text">The items' raw text vectors.</param>
    /// <param name="config">Its model says the real name and length of the text vectors.</param>
    public FederatedTraining(TrainingConfig config, TrainingData data, Catalog.TextVectors text)
    {
        (_config, _data) = (config, data);
        CpuThreads.Set(config);
        _device = Devices.Resolve(config.Training.Device);
        _featuriser = new Featuriser(config.Features);
        _validation = Evaluation.ValidationCases(data, config.Training.ValidationUsers);
        random.manual_seed(config.Training.Seed);
        var mean = text.Mean();
        Network = new InterestNetwork(config.Model, config.Features, data.Items.Count, data.Vocabulary.Categories.Count);
        Network.SetItems(
            text.CentredBy(mean).Values, [.. Enumerable.Repeat(true, data.Items.Count)],
            [.. Enumerable.Range(0, data.Items.Count).Select(data.Vocabulary.CategoryOf)], mean);
        Network.to(_device);
        using var scope = NewDisposeScope();
        _start = Weights.Of(Network).DetachFromDisposeScope();
        var (start, rows, width) = Weights.Ids(Network);
        using var noGrad = no_grad();
        _start.narrow(0, start, rows * width).zero_();
    }

    /// <summary>The network, with the weights of the last run.</summary>
    public InterestNetwork Network { get; }

    /// <summary>Trains on all events in one place from the same start, for as many epochs, with one optimiser.</summary>
    public FederatedRun Central(int rounds, int epochs, Action<int, double, double> progress, CancellationToken cancel = default)
    {
        Weights.Set(Network, _start);
        var silo = new Silo(_config, _data, Network, 0);
        using var optimiser = optim.AdamW(Network.parameters(), _config.Training.LearningRate, weight_decay: _config.Training.WeightDecay);
        return Rounds(rounds, progress, round => silo.Train(Network, _device, 1 + round * epochs, epochs, optimiser, cancel), []);
    }

    /// <summary>Trains silos together.</summary>
    /// <param name="progress">Told the round, the mean loss and the validation NDCG@10.</param>
    /// <exception cref="InputException">A silo's training diverges.</exception>
    public FederatedRun Federated(FederatedSettings settings, Action<int, double, double> progress, CancellationToken cancel = default)
    {
        settings.Check();
        Weights.Set(Network, _start);
        var seed = _config.Training.Seed;
        Silo[] silos = [.. Silo.Divide(_data, settings.Silos, seed).Select((data, number) => new Silo(_config, data, Network, number))];
        Func<double> coin = settings.Noise > 0 ? SecretRandom.NextDouble : new Random(seed).NextDouble;
        var norms = new List<double>();
        using var global = _start.clone();
        return Rounds(settings.Rounds, progress, round =>
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var sum = zeros_like(global);
            var losses = new List<double>();
            foreach (var silo in silos)
            {
                if (settings.Participation < 1 && coin() >= settings.Participation) continue;
                using var each = NewDisposeScope();
                Weights.Set(Network, global);
                using (enable_grad())
                {
                    if (silo.Train(Network, _device, 1 + round * settings.LocalEpochs, settings.LocalEpochs, null, cancel) is { } loss) losses.Add(loss);
                }

                var update = silo.Update(Network, global);
                norms.Add(ClipTo(update, settings.Clip));
                sum.add_(update);
            }

            if (settings.Noise > 0) sum.add_(tensor(SecretRandom.Gaussian((int)sum.numel()), device: _device).mul_(settings.Noise * settings.Clip));
            global.add_(sum.div_(settings.Participation * silos.Length));
            Weights.Set(Network, global);
            return losses.Count == 0 ? 0 : losses.Average();
        }, norms);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _start.Dispose();
        Network.Dispose();
    }

    /// <summary>Scales an update in place to a norm of at most <paramref name="most"/>; gives the norm that it had.</summary>
    internal static double ClipTo(Tensor update, double most)
    {
        var norm = update.norm().ToDouble();
        if (!double.IsFinite(norm)) throw new InputException("A silo's weights are no longer finite: lower training.learningRate or --local-epochs.");
        if (norm > most) update.mul_(most / norm);
        return norm;
    }

    private FederatedRun Rounds(int rounds, Action<int, double, double> progress, Func<int, double?> run, List<double> norms)
    {
        var watch = new Stopwatch();
        var curve = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            watch.Start();
            var loss = run(round) ?? 0;
            watch.Stop();
            curve.Add(Evaluation.Model(Network, _featuriser, _device, _data, _validation).Ndcg);
            progress(round + 1, loss, curve[^1]);
        }

        norms.Sort();
        return new FederatedRun(curve, norms.Count == 0 ? 0 : norms[norms.Count / 2], watch.Elapsed.TotalSeconds);
    }
}
