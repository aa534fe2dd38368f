using System.Globalization;
using Driftline.Recommender.Api;

namespace Driftline.Recommender.Retrieval;

/// <summary>Trending items that pass a filter. Counts are kept by item, so a category's ranking is the overall one with the other items left out.</summary>
internal sealed class PickTrending(CatalogTable catalog)
{
    /// <summary>Most trending first.</summary>
    public IEnumerable<RecommendedItem> From(TrendingRanking ranking, Wanted wanted) => wanted.Count == 0 ? [] : (catalog.Among(wanted.Filter) is { } few ? ranking.Among(few) : ranking.Items)
        .Select(item => (item.Weight, Product: catalog.Find(item.ItemId)))
        .Where(item => wanted.Filter.Admits(item.Product))
        .Take(wanted.Count)
        .Select(item => RecommendedItem.From(item.Product!, item.Weight, "trending",
            [item.Weight < 0.05 ? "Popular now" : string.Create(CultureInfo.InvariantCulture, $"Popular now: {item.Weight:0.#} weighted recent actions")])); // less would read as 0
}
