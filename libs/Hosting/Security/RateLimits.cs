using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;

namespace Driftline.Hosting.Security;

/// <summary>
/// How often one caller may ask: a token bucket for each name, as large as what a second refills. Callers without a name are not counted: they get no answer
/// where names are asked for, and where they are not, all would share one bucket.
/// </summary>
internal static class RateLimits
{
    /// <summary>The claim that carries a caller's own limit.</summary>
    public const string Claim = "requests-per-second";

    private const int RefillsPerSecond = 10;

    public static PartitionedRateLimiter<HttpContext> PerCaller(SecurityOptions options) => PartitionedRateLimiter.Create<HttpContext, (string Name, int Limit)>(context =>
    {
        if (context.User.Identity is not { IsAuthenticated: true } caller) return RateLimitPartition.GetNoLimiter(("", 0));
        var own = caller.AuthenticationType == ApiKeyAuthentication.SchemeName ? context.User.FindFirstValue(Claim) : null;
        var limit = own is null ? options.RequestsPerSecond : int.Parse(own, CultureInfo.InvariantCulture);
        return RateLimitPartition.GetTokenBucketLimiter((Name: caller.Name ?? "", Limit: limit), key => new TokenBucketRateLimiterOptions
        {
            TokenLimit = key.Limit,
            TokensPerPeriod = Math.Max(1, key.Limit / RefillsPerSecond),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, key.Limit / RefillsPerSecond) / (double)key.Limit),
        });
    });

    /// <summary>429 for a caller who asks too often; 503 where all callers together are too many (a limiter that knows no time to wait).</summary>
    public static ValueTask Refuse(OnRejectedContext context, CancellationToken stopping)
    {
        var often = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait);
        var response = context.HttpContext.Response;
        response.StatusCode = often ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable;
        response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return ValueTask.CompletedTask;
    }
}
