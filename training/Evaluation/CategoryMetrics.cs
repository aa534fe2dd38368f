namespace Driftline.Training;

/// <summary>
/// Figures of a category forecast f against the realised distribution r. A case's top category is the one with the largest share; equal shares of
/// a forecast go to the category that is larger in the population, then by index; where several share r's largest, the forecast may name any.
/// </summary>
/// <param name="Cases">Cases with a realised distribution.</param>
/// <param name="Accuracy">How often f's top category is r's.</param>
/// <param name="Top3Recall">How often r's top category is among f's first three.</param>
/// <param name="MacroF1">F1 of the top category, averaged over the categories that are the top of some r or some f.</param>
/// <param name="KullbackLeibler">
/// KL(r || (1 - e) f + e p) in bits, averaged, where p is the population's training distribution, so that nothing is infinite. Every forecaster has the
/// e that serves it best on the validation cases; only this figure uses the mixture.
/// </param>
/// <param name="JensenShannon">Jensen-Shannon divergence of r and f, base 2, averaged.</param>
/// <param name="DirectionAccuracy">
/// Over all cells (case, category) in which r differs from h_t by <see cref="LeastChange"/> or more: how often f differs from h_t in the same direction.
/// A forecast without a change is wrong.
/// </param>
/// <param name="DirectionCells">Such cells.</param>
/// <param name="Mixture">e.</param>
public sealed record CategoryMetrics(
    int Cases, double Accuracy, double Top3Recall, double MacroF1, double KullbackLeibler, double JensenShannon, double DirectionAccuracy,
    int DirectionCells, double Mixture)
{
    /// <summary>Change of share that counts as one.</summary>
    public const float LeastChange = 0.05f;

    /// <summary>The figures by name.</summary>
    public IEnumerable<KeyValuePair<string, double>> Named() =>
    [
        new("accuracy", Accuracy), new("recall@3", Top3Recall), new("macro-f1", MacroF1), new("kl", KullbackLeibler), new("js", JensenShannon),
        new("direction", DirectionAccuracy), new("direction-cells", DirectionCells), new("mixture", Mixture), new("cases", Cases),
    ];
}
