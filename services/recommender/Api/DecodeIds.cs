using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Driftline.Recommender.Api;

/// <summary>
/// Route values as the client meant them. The server decodes a path but leaves %2F alone, so "a%2Fb" could be the id a/b or the id a%2Fb;
/// decoding the raw request target's segment once tells them apart.
/// </summary>
internal static class DecodeIds
{
    public static IApplicationBuilder UseDecodedIds(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.GetEndpoint() is RouteEndpoint endpoint && context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } target)
            Decode(endpoint.RoutePattern, target, context.Request.RouteValues);
        return next(context);
    });

    internal static void Decode(RoutePattern pattern, string rawTarget, RouteValueDictionary values)
    {
        var path = rawTarget.Split('?', 2)[0];
        if (!path.StartsWith('/')) return; // absolute form, as proxies send it: the decoded path serves
        var segments = path.Trim('/').Split('/');
        if (segments.Length != pattern.PathSegments.Count) return; // with dots in it, which the server has taken out: these are another path's segments
        for (var i = 0; i < pattern.PathSegments.Count && i < segments.Length; i++)
        {
            if (pattern.PathSegments[i].Parts is [RoutePatternParameterPart { IsCatchAll: false } parameter])
                values[parameter.Name] = Uri.UnescapeDataString(segments[i]);
        }
    }
}
