using System.Globalization;
using driftline.events;
using Driftline.Recommender.Api;
using Driftline.Recommender.Experiments;

namespace Driftline.Recommender.Retrieval;

/// <summary>
/// Composes an answer: the best available items for the user's vector among the items of the same model version, topped up with trending
/// items, then with the latest of the catalogue, where there are too few, or made of them alone where there is nothing personal to go by, which the answer then says.
/// </summary>
internal sealed class Recommend(
    CatalogTable catalog, VectorTable vectors, ReleaseTable releases, TrendingTable trending, PickTrending pickTrending, FindSimilar similar, Retrieve retrieve,
    RecommenderMetrics metrics, TimeProvider time)
{
    /// <summary>Categories whose predicted share counts as high when an item's reason is given.</summary>
    private const int HighCategories = 3;

    /// <param name="interests">Null for an unknown user.</param>
    public RecommendationsAnswer For(string userId, InterestUpdated? interests, Wanted wanted)
    {
        var now = time.GetUtcNow();
        if (wanted.Context is { } page) wanted = wanted with { Filter = wanted.Filter.Without([page]) };
        var ranking = trending.Ranking();
        var trendingOnly = wanted.Assigned is { Variant.Source: VariantSource.Trending } assigned ? $"experiment {assigned.Experiment.Name} shows trending items" : null;
        if (trendingOnly is not null) interests = null;
        var (items, reason, contextIgnored, searched) = trendingOnly is not null ? ([], trendingOnly, wanted.Context is null ? null : trendingOnly, true)
            : interests is null ? ([], "unknown user", null, false) : Personal(interests, wanted);
        var isPersonal = items.Count > 0;
        string? similarBy = null;
        if (!searched && wanted.Context is { } shown) (items, contextIgnored, similarBy) = similar.To(shown, wanted);
        items.AddRange(pickTrending.From(ranking, wanted.After(items)));
        var open = wanted.After(items);
        items.AddRange(catalog.Latest(open.Filter, open.Count).Select(product => RecommendedItem.From(product, product.UpdatedAt, "latest", ["Among the latest of the catalogue"])));
        DateTimeOffset? asOf = interests is null ? ranking.NewestEventTime : DateTimeOffset.FromUnixTimeMilliseconds(interests.newestEventTime);
        DateTimeOffset? receivedAt = interests is null ? ranking.NewestReceivedAt : DateTimeOffset.FromUnixTimeMilliseconds(interests.newestReceivedAt);
        var age = now - receivedAt;
        if (wanted.Assigned is not { Variant.Shadow: true })
        {
            metrics.Answered(isPersonal, age);
            metrics.Shown(items);
        }

        var modelVersion = interests?.modelVersion ?? releases.Newest;
        return new RecommendationsAnswer(
            userId, isPersonal, isPersonal ? null : reason, modelVersion, asOf, age is { } known ? (long)Math.Max(0, known.TotalMilliseconds) : null,
            AttributionToken.New(
                now, isPersonal ? modelVersion : similarBy, items.Select(item => item.ItemId), wanted.Assigned,
                items.Exists(item => item.Propensity is not null) ? items.ConvertAll(item => (float)(item.Propensity ?? 1)) : null).ToString(),
            items, contextIgnored);
    }

    private (List<RecommendedItem> Items, string? Reason, string? ContextIgnored, bool Searched) Personal(InterestUpdated interests, Wanted wanted)
    {
        if (interests.embedding.Count == 0) return Not($"model version {interests.modelVersion} gave this user no vector");
        if (vectors.IndexOf(interests.modelVersion) is not { } index)
            return Not($"no item vectors of model version {interests.modelVersion}: a user is never scored against another version's items");
        var user = interests.embedding as float[] ?? [.. interests.embedding];
        if (user.Length != index.Dimensions)
            return Not($"the user's vector has {user.Length} dimensions, the items of model version {interests.modelVersion} have {index.Dimensions}");
        var boosts = new Dictionary<string, float>(interests.boosts.Count, StringComparer.Ordinal);
        foreach (var boost in interests.boosts) boosts[boost.itemId] = boost.boost;
        var page = wanted.Context is { } shown && index.VectorsOf([shown])[0] is { } item ? new PageContext(user, item, boosts) : null;
        var found = retrieve.Best(index, page?.Query ?? user, wanted, page?.Boosts ?? boosts);
        var vectorsFound = page is null ? [] : index.VectorsOf([.. found.Select(one => one.Product.ItemId)]);
        var items = found.Select((one, i) =>
        {
            var isLike = page is not null && vectorsFound[i] is { } vector && page.LeadsTo(one.Product.ItemId, vector);
            string[] reasons = isLike ? [similar.Reason(wanted.Context!), Why(one.Product, interests)] : [Why(one.Product, interests)];
            return RecommendedItem.From(one.Product, one.Score, one.Explored ? "exploration" : "model", reasons) with { Propensity = one.Propensity };
        }).ToList();
        return (items, items.Count > 0 ? null : $"no {wanted.Filter.Subject} has a vector",
            wanted.Context is not null && page is null ? FindSimilar.NoVector(wanted.Context, interests.modelVersion) : null, true);
    }

    private static (List<RecommendedItem> Items, string? Reason, string? ContextIgnored, bool Searched) Not(string reason) => ([], reason, null, false);

    private static string Why(Product product, InterestUpdated interests)
    {
        if (product.Category is { } category && interests.interests.FirstOrDefault(interest => interest.category == category) is { } share)
        {
            if (interests.rising.Any(shift => shift.category == category) && (Between(share, "0") ?? Between(share, "0.0")) is { } rise)
                return $"Interest in {category} is rising: {rise}";
            if (interests.interests.Count(other => other.next > share.next) < HighCategories)
                return string.Create(CultureInfo.InvariantCulture, $"Interest in {category} is high: {100 * share.next:0}%");
        }

        return "Fits the recent activity";
    }

    /// <summary>Null where both shares read alike.</summary>
    private static string? Between(CategoryInterest share, string format)
    {
        var (current, next) = ((100 * share.current).ToString(format, CultureInfo.InvariantCulture), (100 * share.next).ToString(format, CultureInfo.InvariantCulture));
        return current == next ? null : $"{current}% to {next}%";
    }
}
