using System.ComponentModel;
using Driftline.Hosting;
using Driftline.Hosting.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Driftline.Recommender.Privacy;

/// <summary>
/// What a person may ask of what is held about them. An erasure is asked of the ingestor, which writes topics and holds no state; how far it is
/// is told here, by the one HTTP edge that reads Redis.
/// </summary>
internal static class PrivacyApi
{
    public static void MapPrivacy(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/users/{id}/export", ExportAsync).WithTags("Privacy").WithName("ExportUser").WithSummary("Everything that is held about a user").RequireAuthorization(Scopes.Admin)
            .WithDescription("For a person's right of access. A user of whom nothing is held gets an answer that says so. Records of topics are not in it: docs/privacy.md says what those are.")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        app.MapGet("/v1/erasures/{id}", ErasureAsync).WithTags("Privacy").WithName("GetErasure").WithSummary("How far an erasure is").RequireAuthorization(Scopes.Admin)
            .WithDescription("Erasures are asked of the ingestor: DELETE /v1/users/{id} there answers with the id.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    internal static async Task<Ok<ExportAnswer>> ExportAsync([Description("User id, percent-encoded (a slash as %2F).")] string id, ExportUser export) =>
        TypedResults.Ok(await export.ReadAsync(id));

    internal static async Task<Results<Ok<ErasureAnswer>, ProblemHttpResult>> ErasureAsync(
        [Description("Id of the erasure, as the ingestor answered it.")] string id, ErasureTable erasures, ErasureProgress progress)
    {
        if (erasures.RequestedAt(id) is not { } requestedAt)
        {
            return TypedResults.Problem(
                "No erasure of this id is known. One that was requested a moment ago appears within seconds; one that was completed is forgotten after Privacy:SuppressionExpiry.",
                statusCode: StatusCodes.Status404NotFound, title: "Unknown erasure");
        }

        var stages = await progress.ReadAsync(id);
        return TypedResults.Ok(new ErasureAnswer(
            id, requestedAt, stages.All(stage => stage.CompletedAt is not null), [.. stages.Select(stage => new ErasureStageAnswer(stage.Stage, stage.CompletedAt))]));
    }
}
