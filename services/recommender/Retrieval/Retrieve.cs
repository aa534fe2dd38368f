using Driftline.Catalog;

namespace Driftline.Recommender.Retrieval;

/// <summary>An item that was found and chosen.</summary>
/// <param name="Score">The search's.</param>
/// <param name="Explored">True where exploration put it there, and not its place in the order.</param>
/// <param name="Propensity">The probability with which it stands there; null where nothing was explored.</param>
internal readonly record struct Found(Product Product, float Score, bool Explored, double? Propensity);

/// <summary>The one search of the item vectors that a request makes, and the choice among what it found.</summary>
internal sealed class Retrieve(CatalogTable catalog, RecommenderMetrics metrics, Random random, TimeProvider time)
{
    /// <summary>Items that pass the filter, in the order of <see cref="Diversify"/>, as <see cref="Explore"/> mixes it, with the search's scores.</summary>
    public IReadOnlyList<Found> Best(
        IItemIndex index, ReadOnlySpan<float> query, Wanted wanted, IReadOnlyDictionary<string, float>? boosts = null, bool cosine = false)
    {
        var started = time.GetTimestamp();
        var found = index.Search(query, Diversify.PoolOf(wanted.Count, wanted.Diversity > 0 || wanted.Explore > 0), Admits, boosts, cosine, catalog.Among(wanted.Filter));
        var order = Enumerable.Range(0, Math.Min(wanted.Count, found.Count)).ToList();
        if (wanted.Diversity > 0)
        {
            var candidates = found.Zip(index.VectorsOf([.. found.Select(item => item.ItemId)]))
                .Where(candidate => candidate.Second is not null) // taken out since the search
                .ToList();
            found = [.. candidates.Select(candidate => candidate.First)];
            order = [.. Diversify.Choose([.. found.Select(item => item.Score)], [.. candidates.Select(candidate => candidate.Second!)], wanted.Count, wanted.Diversity)];
        }

        var chosen = wanted.Explore > 0 ? Explore.Choose(order, found.Count, wanted.Explore, random).ToList()
            : order.ConvertAll(i => new ExploredChoice(i, false, 1));
        metrics.Retrieved(time.GetElapsedTime(started));
        return [.. chosen
            .Select(one => (Product: catalog.Find(found[one.Index].ItemId), found[one.Index].Score, one.Explored, one.Propensity))
            .Where(one => one.Product is not null)
            .Select(one => new Found(one.Product!, one.Score, one.Explored, wanted.Explore > 0 ? one.Propensity : null))];

        bool Admits(string itemId, ref object? known) => wanted.Filter.Admits(catalog.Find(itemId, ref known));
    }
}
