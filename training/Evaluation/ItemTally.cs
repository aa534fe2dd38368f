using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>Adds up one view's figures, case by case, in the order of the cases.</summary>
internal sealed class ItemTally(IReadOnlyList<int> trainingCounts)
{
    private const int Ten = 10;

    private static readonly int Longest = ItemMetrics.Cutoffs.Max();

    private readonly double[] _hits = new double[ItemMetrics.Cutoffs.Length];
    private readonly double[] _ndcg = new double[ItemMetrics.Cutoffs.Length];
    private readonly bool[] _covered = new bool[trainingCounts.Count];
    private double _recall, _mrr, _recommended, _profile;
    private int _cases;

    /// <summary>What a case's ranking comes to: the first items, which of them are relevant, and the places before the first relevant one.</summary>
    internal readonly record struct Ranked(int[] Top, bool[] Hits, int Relevant, int BeforeFirst);

    /// <summary>Ranks one case; safe on any thread.</summary>
    public static Ranked Rank(ReadOnlySpan<float> scores, ReadOnlySpan<bool> excluded, IReadOnlyList<int> relevantRows)
    {
        Span<int> top = stackalloc int[Longest];
        top = top[..Ranking.Top(scores, excluded, top)];
        var relevant = new HashSet<int>(relevantRows.Select(row => row - ItemRows.First));
        var first = relevantRows[0] - ItemRows.First;
        foreach (var item in relevant)
        {
            if (scores[item] > scores[first] || (scores[item] == scores[first] && item < first)) first = item;
        }

        var hits = new bool[top.Length];
        for (var i = 0; i < hits.Length; i++) hits[i] = relevant.Contains(top[i]);
        return new Ranked(top.ToArray(), hits, relevant.Count, Ranking.PlacesBefore(scores, excluded, first));
    }

    /// <summary>Takes a case in.</summary>
    public void Add(EvaluationCase asked, Ranked ranked)
    {
        _cases++;
        for (var i = 0; i < ItemMetrics.Cutoffs.Length; i++)
        {
            double gain = 0, ideal = 0;
            for (var place = 0; place < Math.Min(ItemMetrics.Cutoffs[i], ranked.Hits.Length); place++)
            {
                if (ranked.Hits[place]) gain += Ranking.Discount(place);
            }

            for (var place = 0; place < Math.Min(ItemMetrics.Cutoffs[i], ranked.Relevant); place++) ideal += Ranking.Discount(place);
            if (gain > 0) _hits[i]++;
            _ndcg[i] += gain / ideal;
        }

        _recall += ranked.Hits.Take(Ten).Count(hit => hit) / (double)ranked.Relevant;
        _mrr += 1.0 / (ranked.BeforeFirst + 1);
        var top = ranked.Top.AsSpan(0, Math.Min(Ten, ranked.Top.Length));
        double recommended = 0, profile = 0;
        foreach (var item in top)
        {
            _covered[item] = true;
            recommended += trainingCounts[item];
        }

        foreach (var e in asked.Before) profile += trainingCounts[e.Item - ItemRows.First];
        _recommended += recommended / Math.Max(1, top.Length);
        _profile += profile / asked.Known;
    }

    /// <summary>The figures of the cases so far.</summary>
    public ItemFigures Figures()
    {
        double n = Math.Max(1, _cases);
        return new ItemFigures(
            _cases, [.. _hits.Select(sum => sum / n)], [.. _ndcg.Select(sum => sum / n)], _recall / n, _mrr / n,
            _covered.Count(covered => covered) / (double)Math.Max(1, _covered.Length), _profile > 0 ? _recommended / _profile : 0);
    }
}
