using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>h_{t+1} = h_t: the observed interest stays as it is.</summary>
public sealed class Persistence(TrainingData data, Featuriser featuriser) : ICategoryForecaster
{
    private readonly CategoryTruth _truth = new(data.Vocabulary, featuriser);

    public string Name => "persistence";

    public void Forecast(IReadOnlyList<EvaluationCase> cases, Span<float> shares)
    {
        for (var i = 0; i < cases.Count; i++) _truth.Observed(cases[i]).CopyTo(shares[(i * _truth.Categories)..]);
    }
}

/// <summary>The population's distribution of training events, the same for everybody.</summary>
public sealed class Population(TrainingData data, Featuriser featuriser) : ICategoryForecaster
{
    private readonly float[] _shares = new CategoryTruth(data.Vocabulary, featuriser).Population(data);

    public string Name => "population";

    /// <summary>The distribution, [C].</summary>
    internal float[] Shares => _shares;

    public void Forecast(IReadOnlyList<EvaluationCase> cases, Span<float> shares)
    {
        for (var i = 0; i < cases.Count; i++) _shares.CopyTo(shares[(i * _shares.Length)..]);
    }
}

/// <summary>All known events' shares, an event counting <c>typeWeight * 2^(-age / halfLife)</c>.</summary>
public sealed class ExponentialDecay(TrainingData data, Featuriser featuriser, double halfLifeDays) : ICategoryForecaster
{
    private static readonly double[] HalfLives = [1, 3, 7, 14, 30, 60, 120, 365];

    private readonly CategoryTruth _truth = new(data.Vocabulary, new Featuriser(featuriser.Settings with { HalfLifeDays = halfLifeDays, SequenceLength = int.MaxValue }));

    public string Name => "exponential decay";

    /// <summary>The half-life in force.</summary>
    public double HalfLifeDays { get; } = halfLifeDays;

    /// <summary>The half-life that forecasts the validation cases best (KL, each with its best mixture).</summary>
    public static ExponentialDecay Chosen(TrainingData data, Featuriser featuriser)
    {
        var validation = Evaluation.ValidationCases(data, Evaluation.ChoosingCases);
        var all = HalfLives.Select(days => new ExponentialDecay(data, featuriser, days));
        return validation.Count == 0
            ? new ExponentialDecay(data, featuriser, featuriser.Settings.HalfLifeDays)
            : all.MinBy(decay => Forecasts.ChooseMixture(decay, data, featuriser, validation).KullbackLeibler)!;
    }

    public void Forecast(IReadOnlyList<EvaluationCase> cases, Span<float> shares)
    {
        for (var i = 0; i < cases.Count; i++) _truth.Observed(cases[i]).CopyTo(shares[(i * _truth.Categories)..]);
    }
}

/// <summary>
/// First-order Markov chain over the categories of consecutive training events, applied to h_t: the forecast of category b is
/// sum_a h_t(a) P(b | a), with P(b | a) = (n_ab + p_b) / (n_a + 1), one pseudo-event of the population's distribution p.
/// </summary>
public sealed class CategoryMarkov(TrainingData data, Featuriser featuriser) : ICategoryForecaster
{
    private readonly CategoryTruth _truth = new(data.Vocabulary, featuriser);
    private readonly SparseRows _followers = Occurrences.OfCategories(data).Followers(int.MaxValue);
    private readonly float[] _population = new CategoryTruth(data.Vocabulary, featuriser).Population(data);

    public string Name => "Markov of categories";

    /// <summary>p, [C].</summary>
    internal float[] Population => _population;

    public void Forecast(IReadOnlyList<EvaluationCase> cases, Span<float> shares)
    {
        shares.Clear();
        for (var i = 0; i < cases.Count; i++) Add(_truth.Observed(cases[i]), shares.Slice(i * _truth.Categories, _truth.Categories));
    }

    /// <summary>P(b | a) of every b, [C].</summary>
    internal float[] After(int category)
    {
        var (from, to) = (new float[_truth.Categories], new float[_truth.Categories]);
        from[category] = 1;
        Add(from, to);
        return to;
    }

    private void Add(ReadOnlySpan<float> observed, Span<float> row)
    {
        float spread = 0;
        for (var from = 0; from < observed.Length; from++)
        {
            if (observed[from] == 0) continue;
            var (to, counts) = _followers[from];
            var weight = observed[from] / (counts.Sum() + 1);
            for (var k = 0; k < to.Length; k++) row[to[k]] += weight * counts[k];
            spread += weight;
        }

        for (var to = 0; to < row.Length; to++) row[to] += spread * _population[to];
    }
}
