using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Hosting;

namespace Driftline.Recommender.Tests;

/// <summary>The service with its own wiring, but without the loops that would look for a broker.</summary>
public sealed class RecommenderWithoutPipeline : WebApplicationFactory<RecommenderOptions>
{
    private readonly (string Key, string Value)[] _settings;

    public RecommenderWithoutPipeline() : this([])
    {
    }

    internal RecommenderWithoutPipeline(params (string Key, string Value)[] settings) => _settings = settings;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Kafka:BootstrapServers", "127.0.0.1:1").UseSetting("SchemaRegistry:Url", "http://127.0.0.1:1")
            .UseSetting("Redis:ConnectionString", "127.0.0.1:1,connectTimeout=50,connectRetry=0,asyncTimeout=500");
        foreach (var (key, value) in _settings) builder.UseSetting(key, value);
        builder.ConfigureServices(services =>
        {
            // Loops and tables are the hosted services that are made by factories.
            foreach (var loop in services.Where(service => service.ServiceType == typeof(IHostedService) && service.ImplementationFactory is not null).ToList())
                services.Remove(loop);
        });
    }
}
