using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Driftline.Hosting.Security;

/// <summary>Tells a caller by the API key that it shows.</summary>
internal sealed class ApiKeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeys keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (BearerToken.Of(Request) is not { Length: > 0 } secret) return Task.FromResult(AuthenticateResult.NoResult());
        if (keys.Find(secret) is not { } key) return Task.FromResult(AuthenticateResult.Fail("The key is not known."));
        var claims = key.Scopes.Select(scope => new Claim(Scopes.Claim, scope)).Append(new Claim(ClaimTypes.Name, key.Name));
        if (key.RequestsPerSecond is { } limit) claims = claims.Append(new Claim(RateLimits.Claim, $"{limit}"));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, SchemeName)), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return base.HandleChallengeAsync(properties);
    }
}
