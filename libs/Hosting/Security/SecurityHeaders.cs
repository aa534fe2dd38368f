using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Driftline.Hosting.Security;

/// <summary>
/// What every answer says to a browser: run and load only what this service itself serves, no inline script or style, stand in no frame, guess no types, tell no other site
/// where a link came from, and keep nothing of what concerns users. First in the pipeline, so that errors say it too.
/// </summary>
internal sealed class SecurityHeaders : IStartupFilter
{
    private static readonly PathString[] Private = ["/v1", "/console"];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseHsts(); // over TLS only
        app.Use((context, following) =>
        {
            context.Response.OnStarting(Set, context);
            return following(context);
        });
        next(app);
    };

    // As the answer starts: the exception handler clears what was set before.
    private static Task Set(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (headers.CacheControl.Count == 0 && Array.Exists(Private, path => context.Request.Path.StartsWithSegments(path))) headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
