namespace Driftline.Training;

/// <summary>The two figures that training watches: of all items, the share of cases with a hit in the first ten, and its discounted places.</summary>
/// <param name="Users">Cases ranked.</param>
/// <param name="HitRate">HR@10.</param>
/// <param name="Ndcg">NDCG@10.</param>
public sealed record RankingMetrics(int Users, double HitRate, double Ndcg)
{
    /// <summary>Of the view of all items.</summary>
    public static RankingMetrics Of(ItemMetrics metrics) => new(metrics.All.Cases, metrics.All.HitRate10, metrics.All.Ndcg10);
}
