using System.Diagnostics;
using Driftline.InterestModel;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>The loop over epochs: steps and the average of their weights, validation, the learning rate, early stopping and checkpoints. Its clock runs from the start.</summary>
internal sealed class Fit(TrainingConfig config, TrainingData data)
{
    private readonly TrainingSettings _settings = config.Training;
    private readonly Featuriser _featuriser = new(config.Features);
    private readonly TrainingSteps _steps = new(config, data);
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private double _earlierSeconds;

    /// <summary>Time spent, that before a checkpoint included.</summary>
    public double Seconds => _earlierSeconds + _watch.Elapsed.TotalSeconds;

    /// <summary>Trains the network in place: it ends with its best weights.</summary>
    /// <param name="network">In the device's memory.</param>
    /// <param name="started">Whether it begins with weights that were carried over; the result is then no worse on validation than they are.</param>
    /// <param name="checkpoint">Where each epoch's end is kept and gone on from; null for nowhere.</param>
    /// <param name="progress">Told where training stands.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The best epoch's validation figures, and the epochs.</returns>
    public (RankingMetrics Best, int Epochs) Run(
        InterestNetwork network, Device device, bool started, Checkpoint? checkpoint, Action<TrainingProgress> progress, CancellationToken cancel)
    {
        using var optimiser = Optimiser(network, started);
        var windows = _steps.Windows(network);
        var cases = Evaluation.ValidationCases(data, _settings.ValidationUsers);
        var best = new RankingMetrics(cases.Count, 0, -1);
        var bestScore = double.NegativeInfinity;
        var weights = network.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter);
        var kept = weights.ToDictionary(p => p.Key, p => p.Value.detach().clone());
        using var average = new WeightAverage(weights);
        var rate = 1.0; // factor on the learning rate
        int epoch = 0, sinceBest = 0;
        if (Resumed() is { } state)
        {
            (best, bestScore, rate, epoch, sinceBest) = (state.Best, state.BestScore, state.Rate, state.Epoch, state.SinceBest);
            (_steps.Taken, _earlierSeconds) = (state.Step, state.Seconds);
        }
        else if (started)
        {
            (best, bestScore) = Validate(network, device, cases);
        }

        while (epoch < _settings.MaxEpochs && sinceBest < _settings.Patience && Seconds < _settings.MaxSeconds)
        {
            epoch++;
            _steps.Seed(epoch);
            network.train();
            var batches = windows.Epoch(epoch);
            var loss = _steps.Pass(
                network, device, optimiser, batches, rate, () => Seconds >= _settings.MaxSeconds,
                (share, mean) =>
                {
                    average.Add(_steps.Taken - 1, _settings.AverageEpochs * batches.Count);
                    progress(new TrainingProgress(epoch, share, mean, null, false, Seconds));
                }, cancel);
            average.Exchange();
            var (validation, score) = Validate(network, device, cases);
            var better = score > bestScore || cases.Count == 0; // without a case to choose by, the last
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

            average.Exchange();
            double? endedBy = Seconds < _settings.MaxSeconds ? null : _settings.MaxSeconds;
            checkpoint?.Save(new CheckpointState("", epoch, _steps.Taken, sinceBest, rate, bestScore, best, Seconds, endedBy), weights, kept, average.Values, optimiser);
            progress(new TrainingProgress(epoch, 1, loss, validation, better, Seconds));
        }

        Copy(kept, weights);
        foreach (var tensor in kept.Values) tensor.Dispose();
        return (best, epoch);

        CheckpointState? Resumed()
        {
            using var noGrad = no_grad();
            return checkpoint?.Load(_settings.MaxSeconds, weights, kept, average.Values, optimiser);
        }
    }

    // What was carried over learns at a rate of its own, so that it keeps what it knows while what begins anew catches up (discriminative
    // fine-tuning: Howard and Ruder 2018, arXiv:1801.06146).
    private AdamW Optimiser(InterestNetwork network, bool started)
    {
        HashSet<string> carried = started ? [.. WeightTransfer.Names(network)] : [];
        var groups = network.named_parameters().GroupBy(p => carried.Contains(p.name)).Select(group => new AdamW.ParamGroup(
            [.. group.Select(p => p.parameter)],
            new AdamW.Options { LearningRate = _settings.LearningRate * (group.Key ? config.Transfer.FineTuneRate : 1) }));
        return optim.AdamW(groups, weight_decay: _settings.WeightDecay);
    }

    /// <returns>The figures, and what the best epoch is chosen by; higher is better.</returns>
    private (RankingMetrics Figures, double Score) Validate(InterestNetwork network, Device device, IReadOnlyList<EvaluationCase> cases)
    {
        using var ranker = new NetworkRanker("validation", network, _featuriser, device);
        var figures = RankingMetrics.OfNetwork(Evaluation.Items(ranker, data, cases), cases);
        var byItems = _settings.ChooseBy == TrainingSettings.ByItems || cases.Count == 0;
        return (figures, byItems ? figures.Ndcg : -Forecasts.ChooseMixture(ranker, data, _featuriser, cases).KullbackLeibler);
    }

    private static void Copy(Dictionary<string, Tensor> from, Dictionary<string, Tensor> to)
    {
        using var noGrad = no_grad();
        foreach (var (name, tensor) in from) to[name].copy_(tensor);
    }
}
