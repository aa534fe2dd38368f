using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>How well cold items are found. One item is relevant in each case, so that recall@k is the share of cases with it in the first k places.</summary>
public static class ColdFigures
{
    private static readonly int[] Cutoffs = [10, 50];

    /// <summary>
    /// The figures by name: among all items (<c>recall@10</c>, <c>recall@50</c>, <c>ndcg@10</c>) and among the cold items alone (<c>cold.recall@10</c>
    /// and so on).
    /// </summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(IItemRanker ranker, ColdSplit split)
    {
        var cases = Evaluation.TestCases(split.All);
        var items = split.All.Items.Count;
        var warm = new bool[items];
        Array.Fill(warm, true, 0, split.Warm);
        var (all, among) = (new List<int>(), new List<int>());
        var scores = new float[Evaluation.CasesPerPass * items];
        foreach (var pass in cases.Chunk(Evaluation.CasesPerPass))
        {
            ranker.Score(pass, scores.AsSpan(0, pass.Length * items));
            for (var i = 0; i < pass.Length; i++)
            {
                var row = scores.AsSpan(i * items, items);
                var item = pass[i].Relevant[0] - ItemRows.First;
                all.Add(Ranking.PlacesBefore(row, [], item));
                among.Add(Ranking.PlacesBefore(row, warm, item));
            }
        }

        return [.. Of(all, ""), .. Of(among, "cold."), new("cases", cases.Count)];
    }

    private static IEnumerable<KeyValuePair<string, double>> Of(List<int> places, string prefix)
    {
        double n = Math.Max(1, places.Count);
        foreach (var k in Cutoffs) yield return new(FormattableString.Invariant($"{prefix}recall@{k}"), places.Count(place => place < k) / n);
        yield return new(prefix + "ndcg@10", places.Sum(place => place < 10 ? Ranking.Discount(place) : 0) / n);
    }
}
