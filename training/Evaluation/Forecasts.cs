using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>Judges category forecasters.</summary>
public static class Forecasts
{
    /// <summary>The values of e that are tried.</summary>
    private static readonly double[] Mixtures = [0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

    /// <summary>e where there are no validation cases to choose it on.</summary>
    private const double UnchosenMixture = 0.1;

    /// <summary>The figures of a forecaster, its mixture chosen on the data's validation cases.</summary>
    public static CategoryMetrics Measure(ICategoryForecaster forecaster, TrainingData data, Featuriser featuriser, IReadOnlyList<EvaluationCase> cases)
    {
        var truth = new CategoryTruth(data.Vocabulary, featuriser);
        var (mixture, _) = ChooseMixture(forecaster, data, featuriser, Evaluation.ValidationCases(data, Evaluation.ChoosingCases));
        var tally = new CategoryTally(truth.Population(data), mixture);
        Each(forecaster, truth, cases, (asked, realised, forecast) => tally.Add(truth.Observed(asked), realised, forecast));
        return tally.Figures();
    }

    /// <summary>The e, of a fixed grid, with the least mean KL, and that KL.</summary>
    public static (double Mixture, double KullbackLeibler) ChooseMixture(
        ICategoryForecaster forecaster, TrainingData data, Featuriser featuriser, IReadOnlyList<EvaluationCase> validation)
    {
        if (validation.Count == 0) return (UnchosenMixture, double.NaN);
        var truth = new CategoryTruth(data.Vocabulary, featuriser);
        var population = truth.Population(data);
        var sums = new double[Mixtures.Length];
        Each(forecaster, truth, validation, (_, realised, forecast) =>
        {
            for (var i = 0; i < sums.Length; i++) sums[i] += CategoryTally.KullbackLeibler(realised, forecast, population, Mixtures[i]);
        });
        var best = Array.IndexOf(sums, sums.Min());
        return (Mixtures[best], sums[best] / validation.Count);
    }

    private delegate void Judge(EvaluationCase asked, ReadOnlySpan<float> realised, ReadOnlySpan<float> forecast);

    private static void Each(ICategoryForecaster forecaster, CategoryTruth truth, IReadOnlyList<EvaluationCase> cases, Judge judge)
    {
        var shares = new float[Evaluation.CasesPerPass * truth.Categories];
        for (var start = 0; start < cases.Count; start += Evaluation.CasesPerPass)
        {
            var pass = cases.Skip(start).Take(Evaluation.CasesPerPass).ToArray();
            forecaster.Forecast(pass, shares.AsSpan(0, pass.Length * truth.Categories));
            for (var i = 0; i < pass.Length; i++) judge(pass[i], truth.Realised(pass[i]), shares.AsSpan(i * truth.Categories, truth.Categories));
        }
    }
}
