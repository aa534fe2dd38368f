using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Driftline.Hosting;

/// <summary>Whether the replica is ready, as <c>/health/ready</c> tells it, so that an alert can say that a service has none that is.</summary>
internal sealed class ReadyGauge : IHealthCheckPublisher
{
    /// <summary>The tag of the checks that are asked.</summary>
    public const string Tag = "ready";

    private volatile bool _ready;

    public ReadyGauge(IMeterFactory meters) =>
        meters.Create(ServiceDefaults.MeterName).CreateObservableGauge("driftline.service.ready", () => _ready ? 1 : 0, "1", "Whether the replica is ready.");

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        _ready = report.Status != HealthStatus.Unhealthy;
        return Task.CompletedTask;
    }
}

internal static class ReadyGaugeExtensions
{
    /// <summary>The checks are asked as often as Kubernetes' probe asks them.</summary>
    public static IServiceCollection AddReadyGauge(this IServiceCollection services) => services
        .Configure<HealthCheckPublisherOptions>(options =>
        {
            options.Predicate = check => check.Tags.Contains(ReadyGauge.Tag);
            (options.Delay, options.Period) = (TimeSpan.Zero, TimeSpan.FromSeconds(5));
        })
        .AddSingleton<IHealthCheckPublisher, ReadyGauge>();
}
