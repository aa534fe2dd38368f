using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>Adds up a forecaster's figures, case by case.</summary>
/// <param name="population">p, nowhere zero.</param>
/// <param name="mixture">e.</param>
internal sealed class CategoryTally(float[] population, double mixture)
{
    private readonly int[] _right = new int[population.Length];
    private readonly int[] _missed = new int[population.Length];
    private readonly int[] _wrong = new int[population.Length];
    private double _kl, _js;
    private int _cases, _top3;
    private long _cells, _directions;

    /// <summary>Takes a case in.</summary>
    /// <param name="observed">h_t.</param>
    /// <param name="realised">r; a case whose r is all zeros is passed over.</param>
    /// <param name="forecast">f.</param>
    public void Add(ReadOnlySpan<float> observed, ReadOnlySpan<float> realised, ReadOnlySpan<float> forecast)
    {
        float largest = 0;
        foreach (var share in realised) largest = Math.Max(largest, share);
        if (largest == 0) return;
        _cases++;
        Span<int> first = stackalloc int[3];
        first = first[..Top(forecast, first)];
        var truth = realised[first[0]] == largest ? first[0] : realised.IndexOf(largest);
        if (truth == first[0])
        {
            _right[truth]++;
        }
        else
        {
            _missed[truth]++;
            _wrong[first[0]]++;
        }

        foreach (var category in first)
        {
            if (realised[category] != largest) continue;
            _top3++;
            break;
        }

        _kl += KullbackLeibler(realised, forecast, population, mixture);
        _js += Drifts.JensenShannon(realised, forecast);
        for (var c = 0; c < realised.Length; c++)
        {
            var change = realised[c] - observed[c];
            if (Math.Abs(change) < CategoryMetrics.LeastChange) continue;
            _cells++;
            if (Math.Sign(forecast[c] - observed[c]) == Math.Sign(change)) _directions++;
        }
    }

    /// <summary>KL(r || (1 - e) f + e p) in bits (Kullback and Leibler 1951, doi:10.1214/aoms/1177729694).</summary>
    public static double KullbackLeibler(ReadOnlySpan<float> realised, ReadOnlySpan<float> forecast, ReadOnlySpan<float> population, double mixture)
    {
        double sum = 0;
        for (var c = 0; c < realised.Length; c++)
        {
            if (realised[c] > 0) sum += realised[c] * Math.Log2(realised[c] / ((1 - mixture) * forecast[c] + mixture * population[c]));
        }

        return sum;
    }

    /// <summary>The figures of the cases so far.</summary>
    public CategoryMetrics Figures()
    {
        double n = Math.Max(1, _cases);
        double f1 = 0;
        var met = 0;
        for (var c = 0; c < _right.Length; c++)
        {
            var all = 2 * _right[c] + _missed[c] + _wrong[c];
            if (all == 0) continue;
            met++;
            f1 += 2.0 * _right[c] / all;
        }

        return new CategoryMetrics(
            _cases, _right.Sum() / n, _top3 / n, f1 / Math.Max(1, met), _kl / n, _js / n, _directions / (double)Math.Max(1, _cells), (int)_cells, mixture);
    }

    private int Top(ReadOnlySpan<float> shares, Span<int> top)
    {
        var count = 0;
        for (var c = 0; c < shares.Length; c++)
        {
            if (float.IsNaN(shares[c])) throw new InvalidOperationException($"The forecast of category {c} is not a number.");
            var at = count < top.Length ? count++ : count;
            for (; at > 0 && Before(shares, c, top[at - 1]); at--)
            {
                if (at < top.Length) top[at] = top[at - 1];
            }

            if (at < top.Length) top[at] = c;
        }

        return count;
    }

    private bool Before(ReadOnlySpan<float> shares, int category, int other) =>
        shares[category] != shares[other] ? shares[category] > shares[other] : population[category] > population[other];
}
