using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>
/// Item-kNN by session (Sarwar et al. 2001, doi:10.1145/371920.372071, with orders in place of users): the similarity of items i and j is
/// c_ij / sqrt(n_i n_j), where c_ij orders hold both and n_i hold i; an item's score is the sum of its similarities to the distinct items of the
/// user's recent events, each times decay^(orders ago). Where orders hold one item as a rule, c_ij counts events at most
/// <see cref="Window"/> places apart instead, and n_i events.
/// </summary>
public sealed class ItemNeighbours : IItemRanker
{
    /// <summary>Places between events that count as one session where orders are single.</summary>
    public const int Window = 5;

    private const int Keep = 300;
    private const int RecentEvents = 300;
    private const double ItemsOfASession = 1.5;

    private static readonly float[] Decays = [0.2f, 0.5f, 0.7f, 0.85f, 0.95f];

    private readonly SparseRows _similar;
    private readonly float[] _others;
    private float _decay = 0.7f;

    /// <summary>Counts, then chooses the decay that ranks the validation cases best (NDCG@10).</summary>
    public ItemNeighbours(TrainingData data)
    {
        var events = Occurrences.OfItems(data);
        var orders = events.OrdersWith();
        var sessions = orders.Sum() >= ItemsOfASession * events.OrderCount;
        var norms = sessions ? orders : data.TrainingCounts;
        float Cosine(int i, int j, float both) => i == j ? 0 : (float)(both / Math.Sqrt((double)norms[i] * norms[j]));
        _similar = sessions ? events.Companions(Keep, Cosine) : events.Neighbours(Window, Keep, Cosine);
        _others = TieBreak.ByPopularity(data, 1e-6f);
        var validation = Evaluation.ValidationCases(data, Evaluation.ChoosingCases);
        if (validation.Count > 0) _decay = Decays.MaxBy(decay => Judged(decay, data, validation));
    }

    public string Name => "item-kNN by session";

    /// <summary>The decay in force.</summary>
    public double Decay => _decay;

    public void Score(IReadOnlyList<EvaluationCase> cases, Span<float> scores)
    {
        for (var i = 0; i < cases.Count; i++)
        {
            var row = scores.Slice(i * _others.Length, _others.Length);
            _others.CopyTo(row);
            var (user, known) = (cases[i].User, cases[i].Known);
            var met = new HashSet<int>();
            for (var at = known - 1; at >= Math.Max(0, known - RecentEvents); at--)
            {
                var item = user.Events[at].Item - ItemRows.First;
                if (!met.Add(item)) continue;
                var weight = MathF.Pow(_decay, user.Orders[known - 1] - user.Orders[at]);
                if (weight < 1e-5f) break;
                var (items, similarities) = _similar[item];
                for (var k = 0; k < items.Length; k++) row[items[k]] += weight * similarities[k];
            }
        }
    }

    private double Judged(float decay, TrainingData data, IReadOnlyList<EvaluationCase> validation)
    {
        _decay = decay;
        return Evaluation.Items(this, data, validation).All.Ndcg10;
    }
}
