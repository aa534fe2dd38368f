using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Driftline.Hosting.Security;
using Driftline.Recommender.Interests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Driftline.Recommender.Api;

/// <summary>What concerns many users at once: for product, marketing and advertising.</summary>
internal static partial class PopulationApi
{
    private const string Ndjson = "application/x-ndjson";

    public static void MapPopulation(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/audiences/{category}", AudienceAsync).WithTags("Population").WithName("GetAudience").WithSummary("Users whose interest in a category is rising").RequireAuthorization(Scopes.Admin)
            .WithDescription("One JSON object a line, largest rise first, written as it is read. Each line carries a 'cursor': give the last one seen to go on after it. Users who were erased, or whose interests expired, are not listed.")
            .Produces<AudienceMember>(StatusCodes.Status200OK, Ndjson).ProducesValidationProblem().ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        app.MapGet("/v1/trends", TrendsAsync).WithTags("Population").WithName("GetTrends").WithSummary("How interest moves between categories").RequireAuthorization(Scopes.Admin)
            .WithDescription("Over the users updated within the window, or a uniform sample of them. migration[from][to] is the share of all interest that moves from one category to another, from observed to forecast; its diagonal stays.")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    internal static async Task<IResult> AudienceAsync(
        [Description("Name of the category, percent-encoded (a slash as %2F).")] string category, ExportAudience export, HttpRequest request, CancellationToken aborted,
        [Range(0.0, 1.0, ErrorMessage = "{0} must be a number from {1} to {2}, with a decimal point, e.g. {0}=0.05."), Description("Least rise: forecast share less observed share, 0 to 1.")] double minRise = 0,
        [Range(1, 1_000_000), Description("Most users wanted.")] int limit = 1_000,
        [Description("Of the last line of an earlier answer: the listing goes on after it.")] string? cursor = null)
    {
        if (FilterParameters.WithCommas(request, "minRise") is { Count: > 0 } errors) return TypedResults.ValidationProblem(errors);
        AudiencePosition? after = null;
        if (!string.IsNullOrEmpty(cursor))
        {
            if (!AudienceCursor.TryRead(cursor, out var position))
                return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["cursor"] = ["cursor must be one that an earlier answer's line carried, or be left out."] });
            after = position;
        }

        var members = export.ListAsync(category, minRise, limit, after, aborted).GetAsyncEnumerator(aborted);
        var any = await members.MoveNextAsync(); // a Redis that is away is told of while there is still a status to tell it with
        return TypedResults.Stream(body => WriteAsync(members, any, body, aborted), Ndjson);
    }

    internal static async Task<Results<Ok<TrendsAnswer>, ValidationProblem>> TrendsAsync(
        Trends trends, CancellationToken aborted, [Description("Users updated within it: a number and m (minutes), h (hours) or d (days).")] string window = "24h",
        [Range(2, 50), Description("Most categories with a row of their own, those with the most interest; the others share one.")] int categories = 12)
    {
        if (!TryReadWindow(window, out var span))
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["window"] = ["window must be a number from 1 to 9999 followed by m, h or d, e.g. window=24h."] });
        return TypedResults.Ok(await trends.OverAsync(span, categories, aborted));
    }

    private static async Task WriteAsync(IAsyncEnumerator<AudienceMember> members, bool any, Stream body, CancellationToken aborted)
    {
        await using (members)
        {
            for (; any; any = await members.MoveNextAsync())
            {
                await JsonSerializer.SerializeAsync(body, members.Current, RecommenderJson.Default.AudienceMember, aborted);
                await body.WriteAsync("\n"u8.ToArray(), aborted);
            }
        }
    }

    private static bool TryReadWindow(string text, out TimeSpan window)
    {
        window = default;
        if (Window().Match(text) is not { Success: true } match) return false;
        var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        window = match.Groups[2].Value switch { "m" => TimeSpan.FromMinutes(number), "h" => TimeSpan.FromHours(number), _ => TimeSpan.FromDays(number) };
        return number > 0;
    }

    [GeneratedRegex("^([0-9]{1,4})([mhd])$")]
    private static partial Regex Window();
}
