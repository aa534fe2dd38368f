using Driftline.Hosting.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Driftline.Recommender.Api;

/// <summary>Signing in to the console: the browser then shows the key by a cookie, which event streams need since they cannot send headers.</summary>
internal static class SessionApi
{
    public static void MapSession(this IEndpointRouteBuilder app)
    {
        app.MapPost("/console/session", Open).RequireAuthorization(Scopes.Admin).ExcludeFromDescription();
        app.MapDelete("/console/session", Close).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Keeps the key that this request shows. It is a header, which other sites' forms cannot send.</summary>
    internal static NoContent Open(HttpContext context)
    {
        if (BearerToken.Of(context.Request) is { } token) BearerToken.Keep(context, token);
        return TypedResults.NoContent();
    }

    internal static NoContent Close(HttpContext context)
    {
        BearerToken.Forget(context);
        return TypedResults.NoContent();
    }
}
