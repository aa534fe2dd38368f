using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Driftline.Hosting.Security;

/// <summary>
/// Who may call an HTTP edge, how often, and from whose pages: ASP.NET's own authentication, authorization, rate limiter and CORS, set up from
/// <see cref="SecurityOptions"/>. An endpoint names the scope that it needs by <c>RequireAuthorization(Scopes.X)</c>; one that names none needs
/// <see cref="Scopes.Admin"/>.
/// </summary>
public static class EdgeSecurity
{
    /// <summary>The scheme that hands each request to the one that its token is of.</summary>
    private const string KeyOrToken = "KeyOrToken";

    public static IServiceCollection AddEdgeSecurity(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<SecurityOptions>().BindConfiguration(SecurityOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<IValidateOptions<SecurityOptions>, SecurityValidator>();
        services.AddSingleton<ApiKeys>().AddHostedService(provider => provider.GetRequiredService<ApiKeys>());
        services.AddSingleton<IStartupFilter, SecurityHeaders>();
        services.AddAuthentication(KeyOrToken)
            .AddPolicyScheme(KeyOrToken, null, _ => { })
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null)
            .AddJwtBearer();
        services.AddOptions<PolicySchemeOptions>(KeyOrToken).Configure<IOptions<SecurityOptions>>((scheme, security) =>
            scheme.ForwardDefaultSelector = context => SchemeFor(context.Request, security.Value));
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<IOptions<SecurityOptions>>((bearer, security) => Trust(bearer, security.Value.Jwt));
        services.AddAuthorization();
        services.AddOptions<AuthorizationOptions>().Configure<IOptions<SecurityOptions>>((authorization, security) => Authorize(authorization, security.Value.IsOn));
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<SecurityOptions>>((limiter, security) =>
            (limiter.GlobalLimiter, limiter.OnRejected) = (RateLimits.PerCaller(security.Value), RateLimits.Refuse));
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<SecurityOptions>>((cors, security) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. security.Value.CorsOrigins]).WithMethods("GET", "POST", "PUT", "DELETE").WithHeaders("Authorization", "Content-Type").WithExposedHeaders("Retry-After")
            .SetPreflightMaxAge(TimeSpan.FromHours(2)))); // without it, a browser asks before nearly every request; Chromium remembers no longer
        services.Configure<ProblemDetailsOptions>(problems => problems.CustomizeProblemDetails = Explain);
        return services;
    }

    /// <summary>After routing, before the endpoints: a page's origin, the caller's name, how often it asks, what it may do.</summary>
    public static WebApplication UseEdgeSecurity(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<SecurityOptions>>().Value.IsOn) Log.Off(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(EdgeSecurity)));
        app.UseCors();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        return app;
    }

    private static string SchemeFor(HttpRequest request, SecurityOptions security) =>
        security.Jwt.Authority.Length > 0 && BearerToken.Of(request)?.StartsWith(ApiKey.Prefix, StringComparison.Ordinal) != true
            ? JwtBearerDefaults.AuthenticationScheme
            : ApiKeyAuthentication.SchemeName;

    private static void Trust(JwtBearerOptions bearer, JwtOptions jwt)
    {
        if (jwt.Authority.Length == 0) return;
        (bearer.Authority, bearer.Audience, bearer.MapInboundClaims) = (jwt.Authority, jwt.Audience, false);
        bearer.RequireHttpsMetadata = new Uri(jwt.Authority).Scheme == Uri.UriSchemeHttps;
        bearer.TokenValidationParameters.NameClaimType = "sub";
        bearer.IncludeErrorDetails = false; // the header would say which of its checks a forged token passed
        bearer.Events = new JwtBearerEvents
        {
            OnMessageReceived = context =>
            {
                context.Token = BearerToken.Of(context.Request);
                return Task.CompletedTask;
            },
            OnTokenValidated = context =>
            {
                var identity = (ClaimsIdentity)context.Principal!.Identity!;
                var scopes = identity.Claims.Where(claim => claim.Type is "scope" or "scp").SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
                identity.AddClaims(scopes.Select(scope => new Claim(Scopes.Claim, scope)));
                return Task.CompletedTask;
            },
        };
    }

    private static void Authorize(AuthorizationOptions authorization, bool isOn)
    {
        foreach (var scope in Scopes.All)
        {
            authorization.AddPolicy(scope, policy => _ = isOn
                ? policy.RequireAuthenticatedUser().RequireClaim(Scopes.Claim, scope, Scopes.Admin)
                : policy.RequireAssertion(_ => true));
        }

        authorization.FallbackPolicy = authorization.GetPolicy(Scopes.Admin);
    }

    private static void Explain(ProblemDetailsContext context)
    {
        var needed = context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy ?? Scopes.Admin;
        context.ProblemDetails.Detail ??= context.ProblemDetails.Status switch
        {
            StatusCodes.Status401Unauthorized => $"Send the header 'Authorization: Bearer KEY' with a key that is in force and has the scope {needed}.",
            StatusCodes.Status403Forbidden => $"This needs a key with the scope {needed}.",
            StatusCodes.Status429TooManyRequests => "This key asks more often than it may: wait as Retry-After says, and send several elements in one request.",
            StatusCodes.Status503ServiceUnavailable => "Too many requests are being answered: wait as Retry-After says.",
            _ => null,
        };
    }
}
