using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Driftline.Hosting.Security;
using Driftline.Recommender.Retrieval;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Driftline.Recommender.Api;

/// <summary>What concerns items rather than a user.</summary>
internal static class ItemsApi
{
    public static void MapItems(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/trending", Trending).WithTags("Items").WithName("GetTrending").WithSummary("Trending items, overall or of one category").RequireAuthorization(Scopes.ReadRecommendations)
            .WithDescription("Decayed counts of actions: a purchase weighs 3, a cart 2, a click or a review 1; each halves with every Recommender:TrendingHalfLife.");
        app.MapGet("/v1/items/{id}/similar", Similar).WithTags("Items").WithName("GetSimilar").WithSummary("Items like an item").RequireAuthorization(Scopes.ReadRecommendations)
            .WithDescription("By the cosine of the item vectors of the model version that serves. Where there are none, trending items of the same category, and 'reason' says so.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        app.MapGet("/v1/items", Items).WithTags("Items").WithName("FindItems").WithSummary("Items whose title or id holds a text").RequireAuthorization(Scopes.ReadRecommendations)
            .WithDescription("Whether for sale or not; 'available' tells.");
        app.MapGet("/v1/categories", Categories).WithTags("Items").WithName("ListCategories").WithSummary("Categories of the catalogue").RequireAuthorization(Scopes.ReadRecommendations);
    }

    internal static Results<Ok<SimilarAnswer>, ValidationProblem, ProblemHttpResult> Similar(
        [Description("Item id, percent-encoded (a slash as %2F).")] string id, CatalogTable catalog, FindSimilar similar, HttpRequest request,
        [Range(1, 100), Description("Most items wanted.")] int count = 10,
        [Description(FilterParameters.Category)] string[]? category = null,
        [Range(0, double.MaxValue, ErrorMessage = FilterParameters.PriceError), Description(FilterParameters.MinPrice)] double? minPrice = null,
        [Range(0, double.MaxValue, ErrorMessage = FilterParameters.PriceError), Description(FilterParameters.MaxPrice)] double? maxPrice = null,
        [Description(FilterParameters.Exclude)] string[]? exclude = null, [Description(FilterParameters.Kind)] string? kind = null,
        [Range(0.0, 1.0, ErrorMessage = FilterParameters.DiversityError), Description(FilterParameters.Diversity)] double diversity = 0)
    {
        var filter = FilterParameters.Read(request, category, minPrice, maxPrice, exclude, kind, out var errors);
        if (errors.Count > 0) return TypedResults.ValidationProblem(errors);
        return catalog.Find(id) is { } item
            ? TypedResults.Ok(similar.Answer(item, new Wanted(count, filter, diversity)))
            : TypedResults.Problem(
                "No item of the catalogue has this id, or it was withdrawn. Send items to the ingestor's PUT /v1/items; GET /v1/items?query= finds their ids.",
                statusCode: StatusCodes.Status404NotFound, title: "Unknown item");
    }

    internal static Results<Ok<TrendingAnswer>, ValidationProblem> Trending(
        PickTrending pick, TrendingTable trending, TimeProvider time, HttpRequest request,
        [Range(1, 100), Description("Most items wanted.")] int count = 10,
        [Description(FilterParameters.Category)] string[]? category = null,
        [Range(0, double.MaxValue, ErrorMessage = FilterParameters.PriceError), Description(FilterParameters.MinPrice)] double? minPrice = null,
        [Range(0, double.MaxValue, ErrorMessage = FilterParameters.PriceError), Description(FilterParameters.MaxPrice)] double? maxPrice = null,
        [Description(FilterParameters.Exclude)] string[]? exclude = null, [Description(FilterParameters.Kind)] string? kind = null)
    {
        var filter = FilterParameters.Read(request, category, minPrice, maxPrice, exclude, kind, out var errors);
        if (errors.Count > 0) return TypedResults.ValidationProblem(errors);
        var ranking = trending.Ranking();
        var age = time.GetUtcNow() - ranking.NewestReceivedAt;
        var items = pick.From(ranking, new Wanted(count, filter)).ToList();
        var reason = items.Count > 0 ? null : ranking.Items.IsEmpty ? "no action has been counted yet" : $"no {filter.Subject} has had a counted action";
        return TypedResults.Ok(new TrendingAnswer(ranking.NewestEventTime, age is { } known ? (long)Math.Max(0, known.TotalMilliseconds) : null, items, reason));
    }

    internal static Results<Ok<ItemsAnswer>, ValidationProblem> Items(
        CatalogTable catalog, HttpRequest request,
        [Description("Text to find, letter case aside; empty finds all.")] string query = "",
        [Description(FilterParameters.Category)] string[]? category = null,
        [Description("Only the item of this id. May be repeated: an item of any of them passes.")] string[]? id = null,
        [Range(1, 100), Description("Most items wanted.")] int count = 20)
    {
        if (FilterParameters.Repeated(request, "query") is { Count: > 0 } errors) return TypedResults.ValidationProblem(errors);
        return TypedResults.Ok(new ItemsAnswer([.. catalog.Search(query, FilterParameters.Given(category), FilterParameters.Given(id), count).Select(CatalogEntryAnswer.From)]));
    }

    internal static Ok<CategoriesAnswer> Categories(CatalogTable catalog) =>
        TypedResults.Ok(new CategoriesAnswer([.. catalog.Categories().Select(category => new CategoryAnswer(category.Name, category.Items))]));
}
