using Microsoft.AspNetCore.Http;

namespace Driftline.Hosting.Security;

/// <summary>
/// What a caller shows: the header <c>Authorization: Bearer TOKEN</c>, else the cookie that the console's sign-in sets. The cookie is never sent by other sites'
/// pages (<c>SameSite=Strict</c>) and never read by scripts.
/// </summary>
public static class BearerToken
{
    private const string Scheme = "Bearer ", Cookie = "driftline-console";

    /// <summary>Null where the caller shows none.</summary>
    public static string? Of(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return header[Scheme.Length..].Trim();
        return header.Length == 0 && request.Cookies.TryGetValue(Cookie, out var token) ? token : null;
    }

    /// <summary>Lets the browser show the token until it is closed.</summary>
    public static void Keep(HttpContext context, string token) => context.Response.Cookies.Append(Cookie, token, Kept(context.Request));

    public static void Forget(HttpContext context) => context.Response.Cookies.Delete(Cookie, Kept(context.Request));

    private static CookieOptions Kept(HttpRequest request) => new()
    {
        HttpOnly = true,
        Secure = request.IsHttps,
        SameSite = SameSiteMode.Strict,
        Path = request.PathBase.HasValue ? request.PathBase.Value : "/",
        IsEssential = true,
    };
}
