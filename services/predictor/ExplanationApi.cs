using System.Globalization;
using Driftline.InterestModel;
using Driftline.Sequences;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Driftline.Predictor;

/// <param name="UserId">As the topics name the user.</param>
/// <param name="Items">Items whose scores are to be explained, at most 100.</param>
/// <param name="Categories">Categories whose shares of h_{t+1} are to be explained, at most 100.</param>
public sealed record ExplanationQuestion(string UserId, IReadOnlyList<string> Items, IReadOnlyList<string> Categories);

/// <summary>What led to a user's scores.</summary>
/// <param name="ModelVersion">The model that scored.</param>
/// <param name="SequenceDigest">Of the events that it read, as in <c>InterestUpdated</c>; as text, since JavaScript's numbers cannot hold it.</param>
/// <param name="Items">In the order asked.</param>
/// <param name="Categories">In the order asked.</param>
public sealed record ExplanationAnswer(string ModelVersion, string SequenceDigest, IReadOnlyList<ExplainedScore> Items, IReadOnlyList<ExplainedScore> Categories)
{
    internal static ExplanationAnswer From(string version, UserSequence sequence, InterestExplanation explanation)
    {
        return new(version, sequence.Digest.ToString(CultureInfo.InvariantCulture), [.. explanation.Items.Select(Of)], [.. explanation.Categories.Select(Of)]);

        ExplainedScore Of(ScoreExplanation score) => new(score.Target, score.Score, [.. score.Events
            .Where(one => one.Share > 0).OrderByDescending(one => one.Share).ThenByDescending(one => one.Event)
            .Select(one => ExplainedEvent.From(sequence.Entries[one.Event], one))]);
    }
}

/// <param name="Target">The item or the category.</param>
/// <param name="Score">The item's score, or the category's share of h_{t+1}.</param>
/// <param name="Events">Those that raise it, largest share first.</param>
public sealed record ExplainedScore(string Target, double Score, IReadOnlyList<ExplainedEvent> Events);

/// <param name="ItemId">What it was about.</param>
/// <param name="EventType"><c>click</c>, <c>add-to-cart</c>, <c>purchase</c> or <c>review</c>.</param>
/// <param name="EventTime">When it happened.</param>
/// <param name="Delta">The score less what it is without the event.</param>
/// <param name="Share">Of the deltas above 0 of the events that were explained.</param>
public sealed record ExplainedEvent(string ItemId, string EventType, DateTimeOffset EventTime, double Delta, double Share)
{
    internal static ExplainedEvent From(SequenceEntry entry, EventShare share) => new(
        entry.ItemId,
        entry.Type switch
        {
            SequenceEventType.AddToCart => "add-to-cart",
            SequenceEventType.Purchase => "purchase",
            SequenceEventType.Review => "review",
            _ => "click",
        },
        DateTimeOffset.FromUnixTimeMilliseconds(entry.EventTime), share.Delta, share.Share);
}

/// <summary><c>POST /v1/explanations</c>: for the recommender, which has no model. It is no public API: whoever can ask it can read a person's history.</summary>
internal static class ExplanationApi
{
    private const int Most = 100;

    public static void MapExplanations(this IEndpointRouteBuilder app) => app.MapPost("/v1/explanations", ExplainAsync);

    internal static async Task<Results<Ok<ExplanationAnswer>, ProblemHttpResult>> ExplainAsync(ExplanationQuestion question, ExplainUser explain, HttpContext context)
    {
        if (string.IsNullOrEmpty(question.UserId) || question.Items is not { Count: <= Most } || question.Categories is not { Count: <= Most })
        {
            return TypedResults.Problem(
                $"Give userId, and as items and categories arrays of at most {Most} each.", statusCode: StatusCodes.Status400BadRequest, title: "Bad question");
        }

        try
        {
            return await explain.ExplainAsync(question, context.RequestAborted) is { } answer
                ? TypedResults.Ok(answer)
                : TypedResults.Problem("No event of this user is kept.", statusCode: StatusCodes.Status404NotFound, title: "Unknown user");
        }
        catch (Exception e) when (e is TooManyExplanationsException or ModelNotReadyException or StackExchange.Redis.RedisException or TimeoutException)
        {
            context.Response.Headers.RetryAfter = "1";
            return TypedResults.Problem(e.Message, statusCode: StatusCodes.Status503ServiceUnavailable, title: "Not now");
        }
    }
}
