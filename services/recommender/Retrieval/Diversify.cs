using System.Numerics.Tensors;

namespace Driftline.Recommender.Retrieval;

/// <summary>
/// Maximal marginal relevance (Carbonell and Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing
/// Summaries", SIGIR 1998): one after another, takes the candidate with the largest
/// <c>(1 - diversity) * relevance - diversity * (largest cosine with an item taken before)</c>.
/// Relevance is the score scaled to 0..1 over the candidates, so that both terms have one unit; the first item has none before it, and a largest cosine of 0.
/// </summary>
internal static class Diversify
{
    /// <summary>Candidates for each item wanted.</summary>
    private const int PoolFactor = 5;

    /// <summary>With few items wanted, still enough candidates for a choice.</summary>
    private const int MinPool = 100;

    /// <summary>Below this length, rounding has left a vector no direction.</summary>
    internal const float LeastNorm = 1e-12f;

    /// <summary>How many of the best items to choose from; where there is no choice, just those wanted.</summary>
    public static int PoolOf(int count, bool choose) => choose ? Math.Max(MinPool, PoolFactor * count) : count;

    /// <param name="scores">Of the candidates, best first.</param>
    /// <param name="vectors">Of the candidates; none may be shorter than another.</param>
    /// <param name="diversity">0 keeps the order; 1 looks at the differences only, after the best item.</param>
    /// <returns>Positions of the chosen candidates in the order of their choice; equals by their place among the candidates.</returns>
    public static IReadOnlyList<int> Choose(IReadOnlyList<float> scores, IReadOnlyList<float[]> vectors, int count, double diversity)
    {
        var chosen = new List<int>(Math.Min(count, scores.Count));
        var unit = vectors.Select(Unit).ToArray();
        var open = Enumerable.Range(0, scores.Count).ToList();
        var closest = new double[scores.Count]; // largest cosine with a chosen item
        double best = scores.Count > 0 ? scores[0] : 0, range = scores.Count > 0 ? best - scores[^1] : 0;
        while (chosen.Count < count && open.Count > 0)
        {
            var next = open.MaxBy(i => (1 - diversity) * (range > 0 ? 1 - (best - scores[i]) / range : 1) - diversity * closest[i]); // the first of equals
            open.Remove(next);
            foreach (var i in open)
            {
                double cosine = TensorPrimitives.Dot(unit[next], unit[i]);
                closest[i] = chosen.Count == 0 ? cosine : Math.Max(closest[i], cosine);
            }

            chosen.Add(next);
        }

        return chosen;
    }

    /// <summary>The vector scaled to length 1; a vector of length 0, which is like no other, as it is.</summary>
    internal static float[] Unit(float[] vector)
    {
        var unit = new float[vector.Length];
        var norm = TensorPrimitives.Norm(vector);
        if (norm > LeastNorm) TensorPrimitives.Divide(vector, norm, unit);
        return unit;
    }
}
