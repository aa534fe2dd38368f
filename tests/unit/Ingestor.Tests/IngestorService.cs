using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Driftline.Ingestor.Tests;

/// <summary>The whole service, but for the broker, the registry and the clock.</summary>
public sealed class IngestorService : WebApplicationFactory<Program>
{
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly ISchemaRegistryClient _registryClient;
    private readonly (string Key, string Value)[] _settings;

    public IngestorService(params (string Key, string Value)[] settings)
    {
        (_producer, Broker) = FakeBroker.Create();
        (_registryClient, Registry) = FakeRegistry.Create();
        _settings = settings;
    }

    public static DateTimeOffset Now { get; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>How long a test waits for what should come at once, before it fails.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    public FakeBroker Broker { get; }

    public FakeRegistry Registry { get; }

    /// <summary>What the service has logged.</summary>
    public Logged Logged { get; } = new();

    public TestClock Time { get; } = new(Now);

    public static HttpContent Json(string text)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    public Task<HttpResponseMessage> PostAsync(string json, string path = "/v1/events") => CreateClient().PostAsync(path, Json(json));

    public static async Task<JsonArray> ResultsAsync(HttpResponseMessage response)
    {
        Assert.Equal(System.Net.HttpStatusCode.Accepted, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["results"]!.AsArray();
    }

    public static async Task<JsonNode> ProblemAsync(HttpResponseMessage response, int status)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in _settings) builder.UseSetting(key, value);
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(Logged));
        builder.ConfigureTestServices(services =>
        {
            services.RemoveAll<IProducer<byte[]?, byte[]?>>().AddSingleton(_producer);
            services.RemoveAll<ISchemaRegistryClient>().AddSingleton(_registryClient);
            services.RemoveAll<TimeProvider>().AddSingleton<TimeProvider>(Time);
        });
    }
}
