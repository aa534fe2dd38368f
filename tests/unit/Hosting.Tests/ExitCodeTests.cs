using Microsoft.AspNetCore.Builder;
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

    [Fact]
    public async Task ACommandWithAWrongSettingOrAFaultFailsAndIsNoCrash()
    {
        Assert.Equal(1, await Command(settingIsRight: false).RunOnceAsync<object>((_, _) => Task.CompletedTask));
        Assert.Equal(1, await Command(settingIsRight: true).RunOnceAsync<object>((_, _) => throw new InvalidOperationException("It failed.")));
        Assert.Equal(0, await Command(settingIsRight: true).RunOnceAsync<object>((_, _) => Task.CompletedTask));
    }

    private static WebApplication Command(bool settingIsRight)
    {
        var builder = ServiceDefaults.CreateService([], "test");
        builder.Services.AddSingleton(new object());
        builder.Services.AddOptionsWithValidateOnStart<HttpOptions>("one").Validate(_ => settingIsRight, "Test:Size is 0: set it to 1 or more.");
        return builder.Build();
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
