using System.Globalization;

namespace Driftline.Training;

/// <summary>Figures of a ranking over one view of the cases. A case's figures are averaged with equal weight.</summary>
/// <param name="Cases">Cases with something relevant in this view.</param>
/// <param name="HitRate">HR@k for each of <see cref="ItemMetrics.Cutoffs"/>: 1 where anything relevant is among the first k.</param>
/// <param name="Ndcg">
/// NDCG@k likewise: sum over the relevant items at places p of the first k of 1 / log2(1 + p), over the same sum for the best order, that is
/// over places 1..min(k, relevant) (Jarvelin and Kekalainen 2002, doi:10.1145/582415.582418, with gains of 0 and 1).
/// </param>
/// <param name="Recall">Recall@10: the share of the relevant items that are among the first ten.</param>
/// <param name="Mrr">1 / place of the first relevant item, in the whole ranking.</param>
/// <param name="Coverage">Coverage@10: the share of the catalogue's items that are among the first ten of any case.</param>
/// <param name="PopularityRatio">
/// Average recommendation popularity over average profile popularity: the mean over cases of the mean training count of the first ten items,
/// divided by the mean over cases of the mean training count of the known events' items; 1 where what is recommended is as popular as what the
/// users took themselves. It is 1 + delta GAP of Abdollahpouri et al. 2019 (arXiv:1907.13286). 0 where no known item was met in training.
/// </param>
public sealed record ItemFigures(
    int Cases, IReadOnlyList<double> HitRate, IReadOnlyList<double> Ndcg, double Recall, double Mrr, double Coverage, double PopularityRatio)
{
    /// <summary>HR@10.</summary>
    public double HitRate10 => HitRate[ItemMetrics.TenIndex];

    /// <summary>NDCG@10.</summary>
    public double Ndcg10 => Ndcg[ItemMetrics.TenIndex];

    /// <summary>The figures by name, such as <c>ndcg@10</c>.</summary>
    public IEnumerable<KeyValuePair<string, double>> Named()
    {
        for (var i = 0; i < ItemMetrics.Cutoffs.Length; i++) yield return new(Name($"hr@{ItemMetrics.Cutoffs[i]}"), HitRate[i]);
        for (var i = 0; i < ItemMetrics.Cutoffs.Length; i++) yield return new(Name($"ndcg@{ItemMetrics.Cutoffs[i]}"), Ndcg[i]);
        yield return new("recall@10", Recall);
        yield return new("mrr", Mrr);
        yield return new("coverage@10", Coverage);
        yield return new("popularity-ratio@10", PopularityRatio);
        yield return new("cases", Cases);
    }

    private static string Name(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// Figures of a ranker in two views: <see cref="All"/> ranks the whole catalogue for everything relevant; <see cref="New"/> asks for the relevant
/// items that the user has not met, and leaves the items that the user has met out of the ranking.
/// </summary>
public sealed record ItemMetrics(ItemFigures All, ItemFigures New)
{
    /// <summary>The k of HR@k and NDCG@k.</summary>
    internal static readonly int[] Cutoffs = [1, 5, 10, 20];

    internal const int TenIndex = 2;

    /// <summary>The figures by name: <c>ndcg@10</c> of all, <c>new.ndcg@10</c> of new items.</summary>
    public IEnumerable<KeyValuePair<string, double>> Named() =>
        All.Named().Concat(New.Cases == 0 ? [] : New.Named().Select(figure => new KeyValuePair<string, double>("new." + figure.Key, figure.Value)));
}
