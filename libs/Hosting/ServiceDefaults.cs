using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Driftline.Hosting;

/// <summary>What every service has, whatever it does: telemetry, health endpoints, logs, limits on connections and a bounded shutdown.</summary>
public static class ServiceDefaults
{
    internal const string MeterName = "Driftline.Hosting";

    /// <summary>Longest drain on SIGTERM. A Kubernetes grace period must exceed it.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(20);

    /// <summary>A builder whose settings lie beside the assembly, wherever the process is started from, with the defaults below.</summary>
    public static WebApplicationBuilder CreateService(string[] args, string serviceName, params string[] telemetrySources) =>
        WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory })
            .AddServiceDefaults(serviceName, telemetrySources);

    /// <summary>
    /// Logs on standard output, as text or JSON (<c>Logging:Console:FormatterName</c>), thinned by <c>Logging:RandomProbabilisticSampler</c>.
    /// Metrics and traces of the given meters and sources (Prometheus at <c>/metrics</c>; OTLP too, and logs with their trace's id, where
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set), health checks, and an exit when the parent process goes if <c>ExitWithParent</c> says so.
    /// </summary>
    private static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string serviceName, params string[] telemetrySources)
    {
        builder.Logging.AddRandomProbabilisticSampler(builder.Configuration.GetSection("Logging"));
        // Without a name the console's own, older options win over its formatter's.
        builder.Services.Configure<ConsoleLoggerOptions>(options => options.FormatterName ??= ConsoleFormatterNames.Simple);
        builder.Services.Configure<SimpleConsoleFormatterOptions>(options =>
        {
            options.SingleLine = true;
            options.TimestampFormat = "HH:mm:ss.fff ";
        });
        // As JSON a line is for a collector: it carries its trace's and span's ids, and a time with its zone.
        builder.Services.Configure<JsonConsoleFormatterOptions>(options =>
        {
            options.IncludeScopes = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
        // The scope that it would give to each line of a request holds the path as it was sent, and so a user's id.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // A probe's answer says what is not ready yet; a log line a probe says nothing more.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddHttpLimits();
        builder.Services.AddHealthChecks();
        builder.Services.AddReadyGauge();
        builder.Services.AddExitWithParent();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHostedService<ServiceStart>();
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService($"driftline-{serviceName}", serviceNamespace: "driftline"))
            .WithMetrics(metrics => metrics
                .AddMeter(MeterName).AddMeter(telemetrySources).SetExemplarFilter(ExemplarFilterType.TraceBased).AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation()
                .AddPrometheusExporter())
            .WithTracing(traces => traces
                .AddSource(telemetrySources).AddHttpClientInstrumentation()
                .AddAspNetCoreInstrumentation(options =>
                {
                    options.Filter = context => !IsProbe(context.Request.Path);
                    options.EnrichWithHttpResponse = (activity, response) => activity.SetTag("url.path", RouteOf(response.HttpContext));
                }));
        if (!string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) telemetry.WithLogging().UseOtlpExporter();
        return builder;
    }

    /// <summary><c>/health/live</c>, <c>/health/ready</c> and <c>/metrics</c>, in every environment and for everybody: probes and scrapers need them, and they name no user and no secret.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(ReadyGauge.Tag),
            ResponseWriter = (context, report) => context.Response.WriteAsync(
                string.Join('\n', report.Entries.Select(entry => $"{entry.Key}: {entry.Value.Status} {entry.Value.Description}").Prepend(report.Status.ToString()))),
        }).AllowAnonymous();
        app.MapPrometheusScrapingEndpoint().AllowAnonymous();
        return app;
    }

    /// <summary>Runs until SIGTERM, or until a background service fails.</summary>
    /// <returns>The exit code: 1 if a background service failed, so that a supervisor restarts the process.</returns>
    public static async Task<int> RunServiceAsync(this WebApplication app)
    {
        var background = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
        var cancelled = false; // before anything was to stop: by a timeout, say
        app.Lifetime.ApplicationStopping.Register(() => cancelled = background.Any(service => service.ExecuteTask is { IsCanceled: true }));
        await app.RunAsync();
        return cancelled || background.Any(service => service.ExecuteTask is { IsFaulted: true }) ? 1 : 0;
    }

    /// <summary>Runs a command of the service instead of the service: its options are checked, nothing listens, and SIGTERM or Ctrl-C ends it.</summary>
    /// <returns>The exit code: 0 once it is done, 1 if it failed or a setting is wrong, 130 if it was ended before.</returns>
    public static async Task<int> RunOnceAsync<TCommand>(this WebApplication app, Func<TCommand, CancellationToken, Task> run) where TCommand : notnull
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        await using (app)
        {
            try
            {
                app.Services.GetService<IStartupValidator>()?.Validate();
                await run(app.Services.GetRequiredService<TCommand>(), stop.Token);
                return 0;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return 130;
            }
            catch (Exception e)
            {
                await Console.Error.WriteLineAsync(e is OptionsValidationException ? e.Message : e.ToString());
                return 1;
            }
        }

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Paths hold users' ids, which no trace may carry: it gets the route. The exception handler takes the context's endpoint away.</summary>
    private static string? RouteOf(HttpContext context) =>
        ((context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint) as RouteEndpoint)?.RoutePattern.RawText;

    private static bool IsProbe(PathString path) => path.StartsWithSegments("/health") || path.StartsWithSegments("/metrics");
}
