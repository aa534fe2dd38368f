using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Driftline.Hosting.Tests;

public sealed class ReadyGaugeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task TheGaugeFollowsTheChecksOfReadinessAndNoOthers()
    {
        var ready = false;
        var builder = ServiceDefaults.CreateService([], "test");
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HealthCheckPublisherOptions>(options => options.Period = TimeSpan.FromSeconds(1));
        builder.Services.AddHealthChecks()
            .AddCheck("waits", () => Volatile.Read(ref ready) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(), tags: ["ready"])
            .AddCheck("stuck", () => HealthCheckResult.Unhealthy(), tags: ["live"]);
        await using var app = builder.Build();
        await app.StartAsync();
        using var gauge = new MeterListener();
        var told = -1;
        gauge.SetMeasurementEventCallback<int>((_, value, _, _) => told = value);
        gauge.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "driftline.service.ready" && instrument.Meter.Scope == app.Services.GetService<IMeterFactory>()) listener.EnableMeasurementEvents(instrument);
        };
        gauge.Start();

        await TellsAsync(0);
        Volatile.Write(ref ready, true);
        await TellsAsync(1);
        Volatile.Write(ref ready, false);
        await TellsAsync(0);

        async Task TellsAsync(int value)
        {
            using var patience = new CancellationTokenSource(Patience);
            for (; ; await Task.Delay(50, patience.Token))
            {
                gauge.RecordObservableInstruments();
                if (told == value) return;
            }
        }
    }
}
