namespace Driftline.Training;

/// <summary>Figures of one ranking: the share of users whose item is in the first ten, and its discounted place.</summary>
/// <param name="Users">Users ranked.</param>
/// <param name="HitRate">HR@10.</param>
/// <param name="Ndcg">NDCG@10: with one relevant item, 1 / log2(2 + places before it), or 0 beyond the tenth place.</param>
public sealed record RankingMetrics(int Users, double HitRate, double Ndcg)
{
    /// <summary>Places that count.</summary>
    public const int K = 10;

    /// <param name="ranks">How many items are ranked before each user's item.</param>
    public static RankingMetrics Of(IReadOnlyCollection<long> ranks) => ranks.Count == 0
        ? new RankingMetrics(0, 0, 0)
        : new RankingMetrics(ranks.Count, ranks.Average(rank => rank < K ? 1.0 : 0), ranks.Average(rank => rank < K ? 1 / Math.Log2(rank + 2) : 0));

    /// <summary>How many items are ranked before an item: those with a higher score, and those with an equal score and a lower index.</summary>
    public static long RankOf(ReadOnlySpan<float> scores, int item)
    {
        long rank = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] > scores[item] || (scores[i] == scores[item] && i < item)) rank++;
        }

        return rank;
    }
}
