using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace Driftline.Hosting;

/// <summary>When this process started, so that a chart can show deployments and restarts.</summary>
internal sealed class ServiceStart : IHostedService
{
    public ServiceStart(IMeterFactory meters, TimeProvider time)
    {
        var started = time.GetUtcNow().ToUnixTimeSeconds();
        meters.Create(ServiceDefaults.MeterName).CreateObservableGauge("driftline.service.started", () => started, "s", "When the process started, in seconds since the Unix epoch.");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
