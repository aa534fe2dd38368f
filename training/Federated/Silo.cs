using System.IO.Hashing;
using System.Text;
using Driftline.InterestModel;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>
/// One holder of data. It is given weights, trains on its own users, and hands back the change of the weights; its events never leave it. The rows of
/// the id embeddings of items that it has never met do not change. Its chance is its own, by seed and epoch: what it hands back depends on nothing that
/// another silo did, so that one silo more or less changes the sum by its own update alone.
/// </summary>
internal sealed class Silo
{
    private readonly TrainingSteps _steps;
    private readonly TrainingWindows _windows;
    private readonly TrainingSettings _settings;
    private readonly bool[] _unseen;

    /// <param name="number">From 0.</param>
    public Silo(TrainingConfig config, TrainingData data, InterestNetwork network, int number)
    {
        // A warm-up by steps would last a small silo many rounds.
        var local = config with { Training = config.Training with { WarmupSteps = 0, Seed = unchecked(config.Training.Seed * 7_368_787 + number) } };
        _settings = local.Training;
        _steps = new TrainingSteps(local, data);
        _windows = _steps.Windows(network);
        Users = data.Users.Count;
        _unseen = [.. Enumerable.Repeat(false, ItemRows.First), .. data.TrainingCounts.Select(count => count == 0)];
    }

    /// <summary>Users whose events it holds.</summary>
    public int Users { get; }

    /// <summary>Divides users among K holders by XXH64 of the id with a seed.</summary>
    public static IReadOnlyList<TrainingData> Divide(TrainingData data, int silos, int seed) =>
        [.. Enumerable.Range(0, silos).GroupJoin(data.Users, silo => silo, user => Of(user.UserId, silos, seed), (_, users) => data.Only([.. users]))];

    private static int Of(string userId, int silos, int seed) => (int)(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(userId), seed) % (ulong)silos);

    /// <summary>Trains the network in place, and gives the mean loss of the last epoch; null where there is nothing to learn from.</summary>
    /// <param name="network">With the round's weights.</param>
    /// <param name="firstEpoch">From 1.</param>
    /// <param name="optimiser">One that goes on from call to call; null for a new one.</param>
    public double? Train(InterestNetwork network, Device device, int firstEpoch, int epochs, optim.Optimizer? optimiser, CancellationToken cancel)
    {
        using var own = optimiser is null ? optim.AdamW(network.parameters(), _settings.LearningRate, weight_decay: _settings.WeightDecay) : null;
        double? loss = null;
        for (var epoch = firstEpoch; epoch < firstEpoch + epochs; epoch++)
        {
            network.train();
            _steps.Seed(epoch);
            var batches = _windows.Epoch(epoch);
            if (batches.Count > 0) loss = _steps.Pass(network, device, optimiser ?? own!, batches, 1, () => false, (_, _) => { }, cancel);
        }

        return loss;
    }

    /// <summary>The change of all parameters, [P], where the unseen items' ids have none. Belongs to the open dispose scope.</summary>
    /// <param name="before">The round's weights, [P].</param>
    public Tensor Update(InterestNetwork trained, Tensor before)
    {
        using var noGrad = no_grad();
        var change = Weights.Of(trained).sub_(before);
        var (start, rows, width) = Weights.Ids(trained);
        var ids = change.narrow(0, start, rows * width).view(rows, width);
        ids.masked_fill_(tensor(_unseen, [rows, 1], device: change.device), 0);
        return change;
    }
}
