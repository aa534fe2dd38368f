using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>Ranks by a row of counts that the last known item has; the rest by popularity.</summary>
public sealed class LastItem : IItemRanker
{
    private const int Keep = 500;
    private const int Window = 1;

    private readonly SparseRows _counts;
    private readonly float[] _others;

    private LastItem(string name, TrainingData data, SparseRows counts)
    {
        (Name, _counts) = (name, counts);
        _others = TieBreak.ByPopularity(data, 1);
    }

    public string Name { get; }

    /// <summary>First-order Markov chain: how often an item directly followed the last one.</summary>
    public static LastItem Markov(TrainingData data) => new("Markov of items", data, Occurrences.OfItems(data).Followers(Keep));

    /// <summary>Co-occurrence: how often an item, or the last one again, stood directly before or after the last one.</summary>
    public static LastItem CoOccurrence(TrainingData data) => new("last-item co-occurrence", data, Occurrences.OfItems(data).Neighbours(Window, Keep));

    public void Score(IReadOnlyList<EvaluationCase> cases, Span<float> scores)
    {
        for (var i = 0; i < cases.Count; i++)
        {
            var row = scores.Slice(i * _others.Length, _others.Length);
            _others.CopyTo(row);
            var (items, counts) = _counts[cases[i].User.Events[cases[i].Known - 1].Item - ItemRows.First];
            for (var k = 0; k < items.Length; k++) row[items[k]] += counts[k];
        }
    }
}
