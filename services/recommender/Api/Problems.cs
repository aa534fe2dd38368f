using Confluent.SchemaRegistry;
using Microsoft.AspNetCore.Diagnostics;
using StackExchange.Redis;

namespace Driftline.Recommender.Api;

/// <summary>A bad request names its parameter; a dependency that is away is a 503 that may be tried again.</summary>
internal sealed class Problems(IProblemDetailsService problems, ILogger<Problems> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint; // the context's own is taken away before this runs
        var cause = exception is AggregateException { InnerException: { } first } ? first : exception; // of several commands that were waited for
        var (status, detail) = cause switch
        {
            BadHttpRequestException bad => (bad.StatusCode, BindingErrors.Explain(context, endpoint) ?? bad.Message),
            RedisException or TimeoutException => (StatusCodes.Status503ServiceUnavailable, "Redis is away; try again."),
            SchemaRegistryException or HttpRequestException => (StatusCodes.Status503ServiceUnavailable, "The Schema Registry is away; try again."),
            _ => (0, ""),
        };
        if (status == 0) return false;
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "1";
            Log.DependencyAway(log, (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "", cause.Message);
        }

        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = { Status = status, Detail = detail } });
    }
}
