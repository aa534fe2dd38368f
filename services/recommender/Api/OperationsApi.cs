using Driftline.Hosting.Security;
using Driftline.Recommender.Operations;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Api;

/// <summary>What the console's operations page needs.</summary>
internal static class OperationsApi
{
    private const int MostMinutes = 24 * 60;

    public static void MapOperations(this IEndpointRouteBuilder app) => app.MapGet("/console/operations/{panel:int}", SeriesAsync).RequireAuthorization(Scopes.Admin).ExcludeFromDescription();

    internal static async Task<IResult> SeriesAsync(int panel, IOptions<RecommenderOptions> options, QueryPrometheus prometheus, CancellationToken aborted, int minutes = 60)
    {
        if (options.Value.PrometheusUrl is null)
            return TypedResults.Problem("Set Recommender:PrometheusUrl to the Prometheus that scrapes the services.", statusCode: StatusCodes.Status404NotFound, title: "No Prometheus is known");
        if (panel < 0 || panel >= OperationsPanels.All.Count)
            return TypedResults.Problem($"There are {OperationsPanels.All.Count} panels, from 0.", statusCode: StatusCodes.Status404NotFound, title: "No such panel");
        if (minutes is < 1 or > MostMinutes)
            return TypedResults.Problem($"minutes must be between 1 and {MostMinutes}.", statusCode: StatusCodes.Status400BadRequest);
        try
        {
            return TypedResults.Ok(await prometheus.RangeAsync(OperationsPanels.All[panel], TimeSpan.FromMinutes(minutes), aborted));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !aborted.IsCancellationRequested)
        {
            return TypedResults.Problem($"The Prometheus at Recommender:PrometheusUrl did not answer: {e.Message}", statusCode: StatusCodes.Status502BadGateway);
        }
    }
}
