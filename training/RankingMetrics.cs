namespace Driftline.Training;

/// <summary>The two figures that training watches: of all items, the share of cases with a hit in the first ten, and its discounted places.</summary>
/// <param name="Users">Cases ranked.</param>
/// <param name="HitRate">HR@10.</param>
/// <param name="Ndcg">NDCG@10.</param>
public sealed record RankingMetrics(int Users, double HitRate, double Ndcg)
{
    // With fewer repeats than this the network's own place for what a user had says nothing of the model: a blend takes those items out.
    private const double FewRepeats = 0.02;

    /// <summary>Of the view of all items.</summary>
    public static RankingMetrics Of(ItemMetrics metrics) => Of(metrics.All);

    /// <summary>Of the view that a network without its blend is judged by: new items where users hardly ever repeat, else all.</summary>
    /// <param name="cases">What was measured on.</param>
    public static RankingMetrics OfNetwork(ItemMetrics metrics, IReadOnlyList<EvaluationCase> cases) =>
        Of(cases.Sum(asked => asked.RelevantNew.Length) >= (1 - FewRepeats) * cases.Sum(asked => asked.Relevant.Length) ? metrics.New : metrics.All);

    private static RankingMetrics Of(ItemFigures figures) => new(figures.Cases, figures.HitRate10, figures.Ndcg10);
}
