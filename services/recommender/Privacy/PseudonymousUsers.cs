using Driftline.Hosting;

namespace Driftline.Recommender.Privacy;

/// <summary>Behind it, a route's user id is the pseudonym under which the user is known.</summary>
internal static class PseudonymousUsers
{
    private const string Route = "/v1/users/{id}", Id = "id";

    public static IApplicationBuilder UsePseudonyms(this IApplicationBuilder app)
    {
        var pseudonyms = app.ApplicationServices.GetRequiredService<Pseudonyms>();
        return app.Use((context, next) =>
        {
            Replace(context.GetEndpoint() as RouteEndpoint, context.Request.RouteValues, pseudonyms);
            return next(context);
        });
    }

    internal static void Replace(RouteEndpoint? endpoint, RouteValueDictionary values, Pseudonyms pseudonyms)
    {
        if (endpoint?.RoutePattern.RawText?.StartsWith(Route, StringComparison.Ordinal) == true && values[Id] is string user) values[Id] = pseudonyms.Of(user);
    }
}
