using Driftline.InterestModel;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>
/// The one protocol behind every figure: leave-one-out, each user's held-out item ranked among all items, seen ones included, ties by index.
/// </summary>
public static class Evaluation
{
    private const int UsersPerPass = 256;

    /// <summary>The users' validation cases, at most <paramref name="limit"/>, evenly picked.</summary>
    public static IReadOnlyList<(ArraySegment<EncodedEvent> Before, EncodedEvent Target)> ValidationCases(TrainingData data, int limit)
    {
        var cases = data.Users.Select(user => user.Validation).OfType<(ArraySegment<EncodedEvent>, EncodedEvent)>().ToList();
        return cases.Count <= limit ? cases : [.. Enumerable.Range(0, limit).Select(i => cases[(int)((long)i * cases.Count / limit)])];
    }

    /// <summary>The users' test cases.</summary>
    public static IReadOnlyList<(ArraySegment<EncodedEvent> Before, EncodedEvent Target)> TestCases(TrainingData data) =>
        [.. data.Users.Select(user => user.Test).OfType<(ArraySegment<EncodedEvent>, EncodedEvent)>()];

    /// <summary>Ranks by the model. Leaves the network in evaluation mode.</summary>
    public static RankingMetrics Model(
        InterestNetwork network, Featuriser featuriser, Device device, IReadOnlyList<(ArraySegment<EncodedEvent> Before, EncodedEvent Target)> cases)
    {
        network.eval();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var table = network.ItemTable();
        var items = table.narrow(0, ItemRows.First, table.shape[0] - ItemRows.First).t();                          // [D, V]
        var index = arange(items.shape[1], device: device);
        var ranks = new List<long>(cases.Count);
        for (var start = 0; start < cases.Count; start += UsersPerPass)
        {
            using var pass = NewDisposeScope();
            var chunk = cases.Skip(start).Take(UsersPerPass).ToArray();
            var batch = featuriser.Build([.. chunk.Select(c => c.Before)]);
            var states = network.Encode(FeatureTensors.Of(batch, device), table, network.CategoryOfRow);
            var last = arange(chunk.Length, device: device) * batch.Length + tensor(batch.Lengths.Select(n => n - 1L).ToArray(), device: device);
            var scores = network.UserVectors(states.flatten(0, 1).index_select(0, last)).mm(items);                // [B, V]
            var target = tensor(chunk.Select(c => (long)c.Target.Item - ItemRows.First).ToArray(), [chunk.Length, 1], device: device);
            var score = scores.gather(1, target);
            var before = (scores > score) | ((scores == score) & (index.unsqueeze(0) < target));
            ranks.AddRange(before.sum(1).cpu().data<long>().ToArray());
        }

        return RankingMetrics.Of(ranks);
    }

    /// <summary>Ranks by how often each item was met in training: the baseline that any model must beat.</summary>
    public static RankingMetrics Popularity(TrainingData data, IReadOnlyList<(ArraySegment<EncodedEvent> Before, EncodedEvent Target)> cases)
    {
        var scores = data.TrainingCounts.Select(count => (float)count).ToArray();
        var rank = new Dictionary<int, long>();
        return RankingMetrics.Of([.. cases.Select(c => c.Target.Item - ItemRows.First).Select(item =>
            rank.TryGetValue(item, out var known) ? known : rank[item] = RankingMetrics.RankOf(scores, item))]);
    }
}
