using Driftline.Hosting;
using Driftline.Hosting.Security;
using Driftline.Ingestor.OpenApi;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor;

internal static class IngestorExtensions
{
    /// <summary>The rate limiter's policy that bounds the bodies in memory.</summary>
    private const string Intake = "intake";

    /// <summary>What this stage is made of.</summary>
    public static IServiceCollection AddIngestor(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<IngestorOptions>().BindConfiguration(IngestorOptions.Section).ValidateDataAnnotations()
            .Validate(options => options.MaxInFlightEvents >= options.MaxBatchEvents, "Ingestor:MaxInFlightEvents must be at least Ingestor:MaxBatchEvents, or a full batch could never be taken.")
            .Validate(options => options.MaxElementBytes <= options.MaxRequestBytes, "Ingestor:MaxElementBytes must not exceed Ingestor:MaxRequestBytes.");
        services.AddPrivacy();
        services.AddSingleton<SendApart>();
        services.AddSingleton<EventReader>();
        services.AddSingleton<EventIntake>();
        services.AddSingleton<ItemReader>();
        services.AddSingleton<ItemIntake>();
        services.AddSingleton<RequestIntake>();
        services.AddSingleton<ErasureIntake>();
        services.AddSingleton<MergeIntake>();
        services.AddSingleton<RecentEvents>();
        services.AddSingleton<InFlight>();
        services.AddSingleton<IngestorMetrics>();
        services.AddProblemDetails();
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<IngestorOptions>>((limiter, options) =>
            limiter.AddConcurrencyLimiter(Intake, intake => intake.PermitLimit = options.Value.MaxConcurrentRequests));
        services.AddApiDocument();
        services.AddHealthChecks().AddCheck<ProducerReady>("producer-ready", tags: ["ready"]);
        return services;
    }

    /// <summary>Every error leaves as problem+json, those of routing and of the server too.</summary>
    public static WebApplication UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            StatusCodeSelector = e => e is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
        });
        app.UseStatusCodePages();
        return app;
    }

    public static WebApplication MapIngestor(this WebApplication app)
    {
        var api = app.MapGroup("/v1").AddEndpointFilter<Problems>();
        api.MapPostEvents().DescribePostEvents().RequireAuthorization(Scopes.WriteEvents).RequireRateLimiting(Intake);
        api.MapPutItems().DescribePutItems().RequireAuthorization(Scopes.Admin).RequireRateLimiting(Intake);
        api.MapDeleteItem().DescribeDeleteItem().RequireAuthorization(Scopes.Admin);
        api.MapDeleteUser().DescribeDeleteUser().RequireAuthorization(Scopes.Admin);
        api.MapMergeSession().DescribeMergeSession().RequireAuthorization(Scopes.MergeSessions).RequireRateLimiting(Intake);
        return app.MapApiDocument();
    }
}
