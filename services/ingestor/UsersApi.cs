using Driftline.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor;

/// <summary><c>DELETE /v1/users/{id}</c>.</summary>
internal static class UsersApi
{
    private const string Prefix = "/v1/users/";

    /// <summary>A catch-all, because an id may hold slashes.</summary>
    public static RouteHandlerBuilder MapDeleteUser(this IEndpointRouteBuilder app) => app.MapDelete("/users/{**id}", DeleteAsync);

    internal static async Task<IResult> DeleteAsync(HttpContext http, ErasureIntake intake, Pseudonyms pseudonyms, IOptions<IngestorOptions> options)
    {
        var id = PathId.Read(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, Prefix);
        if (string.IsNullOrWhiteSpace(id) || id.Length > options.Value.MaxIdChars)
        {
            throw new BadRequestException(
                StatusCodes.Status400BadRequest, "No such user id", $"Give a user id of 1 to {options.Value.MaxIdChars} characters, percent-encoded, after {Prefix}.");
        }

        var result = await intake.EraseAsync(pseudonyms.Of(id));
        http.Response.Headers.Location = "/v1/erasures/" + result.ErasureId;
        return TypedResults.Json(result, statusCode: StatusCodes.Status202Accepted);
    }
}
