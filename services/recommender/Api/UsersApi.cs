using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using driftline.events;
using Driftline.Hosting.Security;
using Driftline.Recommender.Experiments;
using Driftline.Recommender.Explanations;
using Driftline.Recommender.Interests;
using Driftline.Recommender.Retrieval;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Api;

/// <summary>What concerns one user.</summary>
internal static class UsersApi
{
    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/v1/users").WithTags("Users");
        users.MapGet("/", RecentAsync).WithName("ListRecentUsers").WithSummary("Users updated last")
            .RequireAuthorization(Scopes.Admin).ProducesValidationProblem().ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        users.MapGet("/{id}/recommendations", RecommendationsAsync).WithName("GetRecommendations").WithSummary("Items for a user").RequireAuthorization(Scopes.ReadRecommendations)
            .WithDescription("A user that is not known gets trending items, or with a context items similar to its item, and 'reason' says so. The catalogue's latest fill what is left open.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        users.MapGet("/{id}/interests", InterestsAsync).WithName("GetInterests").WithSummary("A user's interest now and next").RequireAuthorization(Scopes.ReadRecommendations)
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        users.MapGet("/{id}/interests/stream", Stream).WithName("StreamInterests").WithSummary("A user's interest, live (server-sent events)").RequireAuthorization(Scopes.ReadRecommendations)
            .WithDescription("Event 'interests' carries what GET interests answers: the state now, then each update ('known' is false while there is none). Event 'heartbeat' carries nothing.")
            .Produces<InterestsAnswer>(StatusCodes.Status200OK, "text/event-stream").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    internal static async Task<Ok<RecentUsersAnswer>> RecentAsync(
        InterestStore store, [Range(1, 1000), Description("Most users wanted.")] int recent = 20) =>
        TypedResults.Ok(new RecentUsersAnswer([.. (await store.RecentAsync(recent)).Select(RecentUserAnswer.From)]));

    internal static async Task<Results<Ok<RecommendationsAnswer>, ValidationProblem>> RecommendationsAsync(
        [Description("User id, percent-encoded (a slash as %2F).")] string id, InterestStore store, ChallengerStore challengers, AssignVariant assign, PurchasedItems purchased, VectorTable vectors, ServeVariant serve, ExplainAnswer explainer,
        IOptions<RecommenderOptions> options, HttpRequest request,
        [Range(1, 100), Description("Most items wanted.")] int count = 10,
        [Description(FilterParameters.Category)] string[]? category = null,
        [Range(0, double.MaxValue, ErrorMessage = FilterParameters.PriceError), Description(FilterParameters.MinPrice)] double? minPrice = null,
        [Range(0, double.MaxValue, ErrorMessage = FilterParameters.PriceError), Description(FilterParameters.MaxPrice)] double? maxPrice = null,
        [Description(FilterParameters.Exclude)] string[]? exclude = null, [Description(FilterParameters.Kind)] string? kind = null,
        [Range(0.0, 1.0, ErrorMessage = FilterParameters.DiversityError), Description(FilterParameters.Diversity)] double diversity = 0,
        [Description("'item:' and the id of the item on whose page the items will be shown: scores are mixed with likeness to it, and it is left out.")] string? context = null,
        [Description("True to offer again what the user bought within its repurchase interval, as for a 'buy again' shelf.")] bool includePurchased = false,
        [Range(0.0, 1.0, ErrorMessage = FilterParameters.ExploreError), Description(FilterParameters.Explore)] double? explore = null,
        [Description("True to add to each personal item the past events and the rising category that led to it, by the model's own attribution, and to name the leading one among the reasons. It takes the model some time.")] bool explain = false)
    {
        var filter = FilterParameters.Read(request, category, minPrice, maxPrice, exclude, kind, out var errors);
        if (!TryReadContext(context, out var shown)) errors["context"] = ["context must be 'item:' followed by an item id, e.g. context=item:1234."];
        if (errors.Count > 0) return TypedResults.ValidationProblem(errors);
        if (explain) request.HttpContext.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new("driftline.explain", "true")); // waits for the predictor: its time is no answer's
        var (serving, others, hidden) = (
            store.ReadAsync(id), challengers.ReadAsync(assign.ChallengersFor(id), id), includePurchased ? Task.FromResult<IReadOnlyList<string>>([]) : purchased.HiddenAsync(id));
        await Task.WhenAll(serving, others, hidden);
        var interests = new KnownInterests(await serving, await others).Current(version => vectors.IndexOf(version) is not null);
        var from = interests.By(assign.Of(id)?.Variant);
        LinkTo(from);
        var answer = serve.For(id, interests, new Wanted(count, filter.Without(await hidden), diversity, shown, explore ?? options.Value.ExploreRate));
        return TypedResults.Ok(explain ? await explainer.WithReasonsAsync(answer, from, request.HttpContext.RequestAborted) : answer);
    }

    internal static async Task<Results<Ok<InterestsAnswer>, ProblemHttpResult>> InterestsAsync(
        [Description("User id, percent-encoded (a slash as %2F).")] string id, InterestStore store, TimeProvider time,
        [Range(0, 1000), Description("States up to this one that are wanted, newest first; as many as Recommender:HistoryLength are kept.")] int history = 0) =>
        await store.ReadAsync(id) is { } update
            ? TypedResults.Ok(InterestsAnswer.From(update, time.GetUtcNow()) with { History = history == 0 ? null : await store.HistoryAsync(id, history) })
            : TypedResults.Problem(
                "Nothing is known of this user yet. Interests appear moments after the user's first click, cart, purchase or review reaches the ingestor's POST /v1/events, and expire when the user stays away.",
                statusCode: StatusCodes.Status404NotFound, title: "Unknown user");

    internal static Results<ServerSentEventsResult<string>, ProblemHttpResult> Stream(
        [Description("User id, percent-encoded (a slash as %2F).")] string id, InterestFeed feed, HttpContext context)
    {
        if (feed.Open(id, context.RequestAborted) is { } updates) return TypedResults.ServerSentEvents(updates);
        context.Response.Headers.RetryAfter = "5";
        return TypedResults.Problem(
            "This replica has as many event streams open as Recommender:MaxStreams allows; try again later.", statusCode: StatusCodes.Status503ServiceUnavailable,
            title: "Too many streams");
    }

    /// <summary>Links the request's span to the trace of the event that the answer rests on, where both are sampled.</summary>
    internal static void LinkTo(InterestUpdated? update)
    {
        if (Activity.Current is { IsAllDataRequested: true } span && ActivityContext.TryParse(update?.traceparent, null, isRemote: true, out var cause)) span.AddLink(new ActivityLink(cause));
    }

    private static bool TryReadContext(string? context, out string? itemId)
    {
        const string Prefix = "item:";
        itemId = context?.StartsWith(Prefix, StringComparison.Ordinal) == true ? NullIfEmpty(context[Prefix.Length..]) : null;
        return string.IsNullOrEmpty(context) || itemId is not null;
    }

    internal static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
