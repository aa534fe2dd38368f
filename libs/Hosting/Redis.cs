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

    /// <summary>Where the server shows a certificate of an authority of your own (<c>ssl=true</c> in the connection string): that authority's, in PEM.</summary>
    public string CaFile { get; set; } = "";

    /// <summary>This service's own certificate and key, in PEM, where the server asks for one.</summary>
    public string CertificateFile { get; set; } = "";

    public string KeyFile { get; set; } = "";

    /// <summary>What the client needs to connect. It connects in the background, so that a service starts while Redis is away.</summary>
    public ConfigurationOptions ToConfiguration()
    {
        var configuration = ConfigurationOptions.Parse(ConnectionString);
        configuration.AbortOnConnectFail = false;
        configuration.AllowAdmin = false;
        configuration.IncludeDetailInExceptions = false; // the detail holds keys, and these users' ids; messages are logged
        // The client would ask for the server's settings, and tell its own name by a command that Redis 7.0 does not know: a user is not allowed either.
        configuration.CommandMap = CommandMap.Create(["CONFIG"], available: false);
        configuration.SetClientLibrary = false;
        if (CaFile.Length > 0) configuration.TrustIssuer(CaFile);
        if (CertificateFile.Length > 0) configuration.SetUserPemCertificate(CertificateFile, KeyFile.Length > 0 ? KeyFile : null);
        return configuration;
    }
}

public static class RedisExtensions
{
    /// <summary>
    /// One multiplexer for the process, and what Redis knows of erased users. It connects in the background and reconnects by itself: a service starts while Redis is away.
    /// </summary>
    public static IServiceCollection AddRedis(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<RedisOptions>().BindConfiguration(RedisOptions.Section).ValidateDataAnnotations()
            .Validate(options => Missing(options) is null, "Redis:CaFile, Redis:CertificateFile and Redis:KeyFile must be PEM files that are there.")
            .Validate(options => IsReadable(options), "Redis:ConnectionString cannot be read: give host:port[,option=value], e.g. redis.example:6379,ssl=true,user=driftline,password=...");
        services.AddPrivacy().AddSingleton<ErasedUsers>().AddSingleton<ErasureProgress>();
        services.AddHostedService<RedisTelemetry>();
        return services.AddSingleton<IConnectionMultiplexer>(provider => ConnectionMultiplexer.Connect(provider.GetRequiredService<IOptions<RedisOptions>>().Value.ToConfiguration()));
    }

    private static string? Missing(RedisOptions options) => new[] { options.CaFile, options.CertificateFile, options.KeyFile }.FirstOrDefault(file => file.Length > 0 && !File.Exists(file));

    /// <summary>The client's own message would hold the part that it cannot read, which may be the password.</summary>
    private static bool IsReadable(RedisOptions options)
    {
        try
        {
            return ConfigurationOptions.Parse(options.ConnectionString).EndPoints.Count > 0;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            return false;
        }
    }
}
