using Driftline.Recommender.Api;

namespace Driftline.Recommender.Retrieval;

/// <summary>Items whose vectors point where an item's own does (largest cosine first), under the version that serves.</summary>
internal sealed class FindSimilar(
    CatalogTable catalog, VectorTable vectors, ReleaseTable releases, TrendingTable trending, PickTrending pickTrending, Retrieve retrieve, RecommenderMetrics metrics,
    TimeProvider time)
{
    /// <summary>Where the vectors give nothing: trending items, of the item's main category unless the filter names categories, and why.</summary>
    public SimilarAnswer Answer(Product item, Wanted wanted)
    {
        var (items, reason, modelVersion) = To(item.ItemId, wanted);
        if (items.Count == 0)
        {
            var filter = wanted.Filter.Without([item.ItemId]);
            if (filter.Categories.Count == 0 && item.Category is { } category) filter = filter with { Categories = [category] };
            items = [.. pickTrending.From(trending.Ranking(), wanted with { Filter = filter })];
        }

        metrics.Shown(items);
        return new SimilarAnswer(item.ItemId, modelVersion, reason, AttributionToken.New(time.GetUtcNow(), modelVersion, items.Select(one => one.ItemId)).ToString(), items);
    }

    /// <returns>Without the item itself, and by which version; where there are none, why.</returns>
    public (List<RecommendedItem> Items, string? Reason, string? ModelVersion) To(string itemId, Wanted wanted)
    {
        if ((vectors.Serving ?? releases.Newest) is not { } version) return ([], "no model has been released yet", null);
        if (vectors.IndexOf(version) is not { } index || index.VectorsOf([itemId])[0] is not { } vector) return ([], NoVector(itemId, version), null);
        if (!vector.AsSpan().ContainsAnyExcept(0f)) return ([], NoVector(itemId, version), null); // it points nowhere
        var reason = Reason(itemId);
        var items = retrieve.Best(index, vector, wanted with { Filter = wanted.Filter.Without([itemId]), Explore = 0 }, cosine: true)
            .Select(item => RecommendedItem.From(item.Product, item.Score, "similar", [reason]))
            .ToList();
        return items.Count > 0 ? (items, null, version) : (items, $"no other {wanted.Filter.Subject} has a vector", null);
    }

    /// <summary>Why an item is in an answer, for people.</summary>
    public string Reason(string itemId) => $"Similar to {catalog.Find(itemId)?.Title ?? itemId}";

    /// <summary>What to say of an item that cannot be compared.</summary>
    public static string NoVector(string itemId, string version) => $"item {itemId} has no vector of model version {version}";
}
