using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>Ranks what the user has met, most often first, then most recently; the rest by popularity.</summary>
public sealed class OwnHistory(TrainingData data) : IItemRanker
{
    private readonly float[] _others = TieBreak.ByPopularity(data, 1);

    public string Name => "own history";

    public void Score(IReadOnlyList<EvaluationCase> cases, Span<float> scores)
    {
        for (var i = 0; i < cases.Count; i++)
        {
            var row = scores.Slice(i * _others.Length, _others.Length);
            _others.CopyTo(row);
            var met = new Dictionary<int, (int Count, int Last)>();
            for (var at = 0; at < cases[i].Known; at++)
            {
                var item = cases[i].User.Events[at].Item - ItemRows.First;
                met[item] = (met.GetValueOrDefault(item).Count + 1, at);
            }

            var place = 1;
            foreach (var (item, _) in met.OrderBy(pair => pair.Value)) row[item] = ++place;
        }
    }
}
