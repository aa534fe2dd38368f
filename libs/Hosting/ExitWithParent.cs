using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Driftline.Hosting;

/// <summary>
/// Lets a service end with the program that started it, even when that was killed: the parent holds the other end of the service's standard
/// input, so its end of file means that the parent is gone.
/// </summary>
public static class ExitWithParent
{
    /// <summary>The configuration key that switches it on.</summary>
    public const string Key = "ExitWithParent";

    /// <summary>Stops the application when its standard input ends, but only where <see cref="Key"/> is true.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="input">What to watch instead of standard input.</param>
    public static IServiceCollection AddExitWithParent(this IServiceCollection services, Stream? input = null) =>
        services.AddHostedService(provider => new ParentWatch(
            provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IHostApplicationLifetime>(), input));

    private sealed class ParentWatch(IConfiguration configuration, IHostApplicationLifetime lifetime, Stream? input) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            // A thread of its own: reads of standard input block and cannot be cancelled. Being in the background it does not hold up an exit.
            if (configuration.GetValue<bool>(Key)) new Thread(Watch) { IsBackground = true, Name = "parent watch" }.Start();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private void Watch()
        {
            var watched = input ?? Console.OpenStandardInput();
            Span<byte> ignored = stackalloc byte[256];
            try
            {
                while (watched.Read(ignored) > 0)
                {
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // A broken pipe says the same as its end.
            }

            lifetime.StopApplication();
        }
    }
}
