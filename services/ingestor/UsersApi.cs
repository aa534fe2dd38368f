using System.Text.Json;
using Driftline.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor;

/// <summary><c>DELETE /v1/users/{id}</c> and <c>POST /v1/users/{id}/merge</c>.</summary>
internal static class UsersApi
{
    private const string Prefix = "/v1/users/", Merge = "/merge";

    /// <summary>A catch-all, because an id may hold slashes.</summary>
    public static RouteHandlerBuilder MapDeleteUser(this IEndpointRouteBuilder app) => app.MapDelete("/users/{**id}", DeleteAsync);

    public static RouteHandlerBuilder MapMergeSession(this IEndpointRouteBuilder app) => app.MapPost("/users/{id}" + Merge, MergeAsync);

    internal static async Task<IResult> DeleteAsync(HttpContext http, ErasureIntake intake, Pseudonyms pseudonyms, IOptions<IngestorOptions> options)
    {
        var result = await intake.EraseAsync(pseudonyms.Of(UserId(RawTarget(http), options.Value)));
        http.Response.Headers.Location = "/v1/erasures/" + result.ErasureId;
        return TypedResults.Json(result, statusCode: StatusCodes.Status202Accepted);
    }

    internal static async Task<IResult> MergeAsync(HttpContext http, MergeIntake intake, IOptions<IngestorOptions> options, TimeProvider time)
    {
        var path = RawTarget(http).Split('?', 2)[0].TrimEnd('/');
        var id = UserId(path[..^Merge.Length], options.Value);
        if (AnonymousUsers.SessionOf(id) is not null)
            throw new BadRequestException(StatusCodes.Status400BadRequest, "A session's id", "Merge a session into the user that it turned out to be: this id is a session's itself.");
        using var body = await RequestBody.ReadAsync(http.Request, options.Value, time);
        var (element, pointer) = body.Elements.First();
        var faults = new Faults();
        if (body.IsArray || element.ValueKind != JsonValueKind.Object) faults.Add("", "must be one object with a sessionId");
        var sessionId = faults.First is null ? new Fields(element, pointer, faults).RequiredText("sessionId", options.Value.MaxIdChars) : "";
        if (faults.First is { } fault) throw new BadRequestException(StatusCodes.Status400BadRequest, "Bad session", $"{fault.Pointer} {fault.Reason}".Trim());
        return TypedResults.Json(await intake.MergeAsync(id, sessionId), statusCode: StatusCodes.Status202Accepted);
    }

    private static string UserId(string rawTarget, IngestorOptions options)
    {
        var id = PathId.Read(rawTarget, Prefix);
        var most = options.MaxIdChars + AnonymousUsers.AddedChars;
        return !string.IsNullOrWhiteSpace(id) && id.Length <= most ? id : throw new BadRequestException(
            StatusCodes.Status400BadRequest, "No such user id", $"Give a user id of 1 to {options.MaxIdChars} characters, percent-encoded (a slash as %2F), after {Prefix}.");
    }

    private static string RawTarget(HttpContext http) => http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
}
