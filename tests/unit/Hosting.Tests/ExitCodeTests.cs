using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Driftline.Hosting.Tests;

/// <summary>What a supervisor learns of why a service ended.</summary>
public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)] // a client's timeout, say, is a cancellation that nobody asked for
    [InlineData(null, 0)]
    public async Task AServiceWhosePartEndsByItselfFailsHoweverItEnds(bool? throws, int expected)
    {
        var builder = ServiceDefaults.CreateService([], "test");
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHostedService(services => new Part(throws, services.GetRequiredService<IHostApplicationLifetime>()));
        await using var app = builder.Build();
        Assert.Equal(expected, await app.RunServiceAsync());
    }

    private sealed class Part(bool? throws, IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Delay(Timeout.Infinite, lifetime.ApplicationStarted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (throws == true) throw new InvalidOperationException("It failed.");
            if (throws == false) throw new TaskCanceledException("It took too long.");
            lifetime.StopApplication();
            await Task.Delay(Timeout.Infinite, stoppingToken);
        }
    }
}
