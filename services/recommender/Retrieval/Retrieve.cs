using Driftline.Catalog;

namespace Driftline.Recommender.Retrieval;

/// <summary>The one search of the item vectors that a request makes, and the choice among what it found.</summary>
internal sealed class Retrieve(CatalogTable catalog, RecommenderMetrics metrics, TimeProvider time)
{
    /// <summary>Items that pass the filter, in the order of <see cref="Diversify"/>, with the search's scores.</summary>
    public IReadOnlyList<(Product Product, float Score)> Best(
        VectorIndex index, ReadOnlySpan<float> query, Wanted wanted, IReadOnlyDictionary<string, float>? boosts = null, bool cosine = false)
    {
        var started = time.GetTimestamp();
        var found = index.Search(query, Diversify.PoolOf(wanted.Count, wanted.Diversity), itemId => wanted.Filter.Admits(catalog.Find(itemId)), boosts, cosine);
        if (wanted.Diversity > 0)
        {
            var candidates = found.Zip(index.VectorsOf([.. found.Select(item => item.ItemId)]))
                .Where(candidate => candidate.Second is not null) // taken out since the search
                .ToList();
            var order = Diversify.Choose(
                [.. candidates.Select(candidate => candidate.First.Score)], [.. candidates.Select(candidate => candidate.Second!)], wanted.Count, wanted.Diversity);
            found = [.. order.Select(i => candidates[i].First)];
        }

        metrics.Retrieved(time.GetElapsedTime(started));
        return [.. found.Select(item => (Product: catalog.Find(item.ItemId), item.Score)).Where(item => item.Product is not null).Select(item => (item.Product!, item.Score))];
    }
}
