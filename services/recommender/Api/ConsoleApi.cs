using Driftline.Hosting.Security;
using Driftline.Recommender.Retrieval;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Api;

/// <summary>What the console at <c>/</c> needs beside the public API.</summary>
internal static class ConsoleApi
{
    /// <summary>Name of the HTTP client that reaches the ingestor.</summary>
    public const string IngestorClient = "ingestor";

    private const int MaxBodyBytes = 64 * 1024;

    public static void MapConsole(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/console", About).WithTags("Console").WithName("GetConsole").WithSummary("What the console shows about this deployment").RequireAuthorization(Scopes.Admin);
        app.MapPost("/console/events", ForwardAsync).RequireAuthorization(Scopes.Admin).ExcludeFromDescription();
    }

    internal static Ok<ConsoleAnswer> About(IOptions<RecommenderOptions> options, ReleaseTable releases, CatalogTable catalog, VectorTable vectors) =>
        TypedResults.Ok(new ConsoleAnswer(
            UsersApi.NullIfEmpty(options.Value.DataLabel), options.Value.IngestorUrl, releases.Newest, catalog.Count, vectors.Counts));

    /// <summary>
    /// Hands the console's own events on to the ingestor, with the key that the console was given: same origin, so that no cross-origin permission is needed. Requiring JSON keeps other sites'
    /// forms out, for a browser asks before it sends that across origins.
    /// </summary>
    internal static async Task<IResult> ForwardAsync(HttpRequest request, IOptions<RecommenderOptions> options, IHttpClientFactory clients, CancellationToken aborted)
    {
        if (options.Value.IngestorUrl is not { } ingestor)
            return TypedResults.Problem("Set Recommender:IngestorUrl to let the console send events.", statusCode: StatusCodes.Status404NotFound, title: "The console may not send events");
        if (!request.HasJsonContentType()) return TypedResults.Problem("Send application/json.", statusCode: StatusCodes.Status415UnsupportedMediaType);
        if (request.ContentLength is null or > MaxBodyBytes)
            return TypedResults.Problem($"Send at most {MaxBodyBytes} bytes, with Content-Length.", statusCode: StatusCodes.Status413PayloadTooLarge);
        using var forward = new HttpRequestMessage(HttpMethod.Post, ingestor.Below("v1/events")) { Content = new StreamContent(request.Body) };
        forward.Content.Headers.ContentType = new("application/json");
        if (BearerToken.Of(request) is { } token) forward.Headers.Authorization = new("Bearer", token);
        try
        {
            using var answer = await clients.CreateClient(IngestorClient).SendAsync(forward, aborted);
            return TypedResults.Content(await answer.Content.ReadAsStringAsync(aborted), answer.Content.Headers.ContentType?.ToString(), statusCode: (int)answer.StatusCode);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !aborted.IsCancellationRequested)
        {
            return TypedResults.Problem("The ingestor at Recommender:IngestorUrl did not answer.", statusCode: StatusCodes.Status502BadGateway);
        }
    }
}
