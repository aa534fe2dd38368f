using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Driftline.Hosting;

/// <summary>Configuration section <c>Redis</c>.</summary>
public sealed class RedisOptions
{
    public const string Section = "Redis";

    /// <summary>StackExchange.Redis connection string; one server, a Sentinel set or a cluster. Environment: <c>Redis__ConnectionString</c>.</summary>
    [Required(ErrorMessage = "Redis:ConnectionString is missing: set it to host:port[,option=value] (environment variable Redis__ConnectionString).")]
    public string ConnectionString { get; set; } = "";
}

public static class RedisExtensions
{
    /// <summary>
    /// One multiplexer for the process, and what Redis knows of erased users. It connects in the background and reconnects by itself: a service starts while Redis is away.
    /// </summary>
    public static IServiceCollection AddRedis(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<RedisOptions>().BindConfiguration(RedisOptions.Section).ValidateDataAnnotations();
        services.AddPrivacy().AddSingleton<ErasedUsers>().AddSingleton<ErasureProgress>();
        services.AddHostedService<RedisTelemetry>();
        return services.AddSingleton<IConnectionMultiplexer>(provider =>
        {
            var configuration = ConfigurationOptions.Parse(provider.GetRequiredService<IOptions<RedisOptions>>().Value.ConnectionString);
            configuration.AbortOnConnectFail = false;
            configuration.AllowAdmin = false;
            return ConnectionMultiplexer.Connect(configuration);
        });
    }
}
