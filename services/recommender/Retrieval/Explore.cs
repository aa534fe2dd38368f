namespace Driftline.Recommender.Retrieval;

/// <param name="Index">Of the pool.</param>
/// <param name="Explored">False where the plain order holds the item at this place too.</param>
/// <param name="Propensity">The probability with which this item stands at this place, given the items before it.</param>
internal readonly record struct ExploredChoice(int Index, bool Explored, double Propensity);

/// <summary>
/// Logged exploration, place by place: with probability <c>rate</c> an item of the pool that is still open, all with the same chance, else the next of the plain order. An item
/// that is one of n open ones has the propensity <c>rate / n</c>, and the next of the plain order <c>1 - rate</c> more; what a policy that was never served would
/// have brought can be estimated from such a log by weighting with their inverse (Horvitz and Thompson 1952; Bottou et al. 2013, JMLR 14:3207).
/// </summary>
internal static class Explore
{
    /// <param name="order">The plain order: indexes of the pool, each once.</param>
    /// <param name="pool">Items to choose from.</param>
    /// <param name="rate">0 to 1.</param>
    public static IEnumerable<ExploredChoice> Choose(IReadOnlyList<int> order, int pool, double rate, Random random)
    {
        var open = Enumerable.Range(0, pool).ToList();
        var left = order.ToList();
        for (var place = 0; place < order.Count; place++)
        {
            var (next, chance) = (left[0], rate / open.Count);
            var chosen = random.NextDouble() < rate ? open[random.Next(open.Count)] : next;
            yield return new ExploredChoice(chosen, chosen != next, chosen == next ? 1 - rate + chance : chance);
            open.Remove(chosen);
            left.Remove(chosen);
        }
    }
}
