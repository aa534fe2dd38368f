using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Driftline.Recommender.Retrieval;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Driftline.Recommender.Api;

/// <summary>What concerns items rather than a user.</summary>
internal static class ItemsApi
{
    public static void MapItems(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/trending", Trending).WithTags("Items").WithName("GetTrending").WithSummary("Trending items, overall or of one category")
            .WithDescription("Decayed counts of actions: a purchase weighs 3, a cart 2, a click or a review 1; each halves with every Recommender:TrendingHalfLife.");
        app.MapGet("/v1/items", Items).WithTags("Items").WithName("FindItems").WithSummary("Items whose title or id holds a text");
    }

    internal static Ok<TrendingAnswer> Trending(
        Recommend recommend, TrendingTable trending, TimeProvider time,
        [Range(1, 100), Description("Most items wanted.")] int count = 10,
        [Description("Only items of this category, main or other.")] string? category = null)
    {
        var filter = UsersApi.NullIfEmpty(category) is { } only ? ItemFilter.None with { Categories = [only] } : ItemFilter.None;
        var ranking = trending.Ranking();
        var age = time.GetUtcNow() - ranking.NewestReceivedAt;
        return TypedResults.Ok(new TrendingAnswer(
            ranking.NewestEventTime, age is { } known ? (long)Math.Max(0, known.TotalMilliseconds) : null,
            [.. recommend.Trending(ranking, new Wanted(count, filter))]));
    }

    internal static Ok<ItemsAnswer> Items(
        CatalogTable catalog,
        [Description("Text to find, letter case aside; empty finds all.")] string query = "",
        [Range(1, 100), Description("Most items wanted.")] int count = 20) =>
        TypedResults.Ok(new ItemsAnswer([.. catalog.Search(query, count).Select(CatalogEntryAnswer.From)]));
}
