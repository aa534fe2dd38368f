using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Driftline.Hosting;

/// <summary>
/// Stops this process when its parent's end of standard input closes: a local stack that is killed outright then leaves no service behind.
/// Acts only where configuration says <c>ExitWithParent=true</c>.
/// </summary>
internal sealed class ExitWithParent(IConfiguration configuration, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A blocking read on a background thread: reading standard input cannot be cancelled, and must not hold up a shutdown.
        if (configuration.GetValue<bool>("ExitWithParent")) new Thread(WaitForEndOfInput) { IsBackground = true, Name = "exit-with-parent" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void WaitForEndOfInput()
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0) { }
        lifetime.StopApplication();
    }
}

internal static class ExitWithParentExtensions
{
    public static IServiceCollection AddExitWithParent(this IServiceCollection services) => services.AddHostedService<ExitWithParent>();
}
