using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using driftline.events;
using Driftline.Hosting;
using Driftline.Local;
using Driftline.Schemas;
using Driftline.Streaming;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>
/// Kafka, the Schema Registry and Redis over TLS, each asking for a client's certificate, set up by the services' own configuration keys. Certificates are made here;
/// redis-server speaks TLS itself, broker and registry stand behind proxies that do.
/// </summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly TestCertificates _certificates = new();
    private TestBroker? _broker;
    private LocalSchemaRegistry _registry = null!;
    private TlsProxy _kafkaOverTls = null!, _registryOverTls = null!;

    private TestBroker Broker => _broker ??= TestBroker.Start();

    public async ValueTask InitializeAsync()
    {
        foreach (var topic in Topics.All) Broker.CreateTopic(topic.Name, 1);
        _registry = await LocalSchemaRegistry.StartAsync();
        await TopicSetup.RegisterSchemasAsync(new SchemaRegistryConfig { Url = _registry.Url.ToString() }, Topics.All);
        _kafkaOverTls = new TlsProxy(_certificates, int.Parse(Broker.BootstrapServers.Split(':')[1], CultureInfo.InvariantCulture), kafka: true);
        _registryOverTls = new TlsProxy(_certificates, _registry.Url.Port, kafka: false);
    }

    public async ValueTask DisposeAsync()
    {
        await _registryOverTls.DisposeAsync();
        await _kafkaOverTls.DisposeAsync();
        await _registry.DisposeAsync();
        Broker.Dispose();
        _certificates.Dispose();
    }

    [Fact]
    public async Task ARecordGoesToKafkaAndBackOverMutualTls()
    {
        using var host = Streaming(Trusting("authority", "client"));
        await host.StartAsync();
        var sent = new ErasureRequested { erasureId = "x1", userId = "u1", requestedAt = 7 };
        await host.Services.GetRequiredService<RecordProducer>().SendAsync(Topics.PrivacyErasures.Name, "u1", sent, new CloudEvent("x1", "/test", "test", DateTimeOffset.UnixEpoch));

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var received = await host.Services.GetRequiredService<Kept>().Records.Reader.ReadAsync(limit.Token);
        Assert.Equal(("u1", "x1", 7L), (received.Key, received.Value!.erasureId, received.Value.requestedAt));
        Assert.True(_kafkaOverTls.Established > 0);
        await host.StopAsync();
    }

    [Theory]
    [InlineData("stranger", "client")]
    [InlineData("authority", "intruder")]
    [InlineData("authority", null)]
    public async Task KafkaThatIsNotTheOneThatWeTrustOrDoesNotTrustUsGetsNothing(string authority, string? client)
    {
        using var host = Streaming(Trusting(authority, client));
        var producer = host.Services.GetRequiredService<RecordProducer>();
        var e = await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(() => producer.SendAsync(Topics.PrivacyErasures.Name, new OutgoingRecord(null, "x"u8.ToArray(), [])));
        Assert.Equal(ErrorCode.Local_MsgTimedOut, e.Error.Code);
        Assert.Equal(0, _kafkaOverTls.Established);
    }

    /// <summary>.NET verifies the registry by the authorities that it trusts, which is settled once for a process: a service of its own is asked.</summary>
    [Theory]
    [InlineData("authority", "client", HttpStatusCode.Accepted)]
    [InlineData("stranger", "client", HttpStatusCode.ServiceUnavailable)]
    [InlineData("authority", "intruder", HttpStatusCode.ServiceUnavailable)]
    [InlineData("authority", null, HttpStatusCode.ServiceUnavailable)]
    public async Task TheRegistryIsReachedOverMutualTlsAndOnlyByThoseWhoTrustEachOther(string authority, string? client, HttpStatusCode expected)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort.Find()}/");
        var settings = new Dictionary<string, string>
        {
            ["Urls"] = url.ToString(),
            ["Kafka__BootstrapServers"] = Broker.BootstrapServers,
            ["SchemaRegistry__Url"] = $"https://localhost:{_registryOverTls.Port}",
            ["SSL_CERT_FILE"] = _certificates.Certificate(authority),
        };
        if (client is not null)
        {
            settings["SchemaRegistry__Client__SslKeystoreLocation"] = _certificates.Pkcs12(client);
            settings["SchemaRegistry__Client__SslKeystorePassword"] = TestCertificates.Password;
        }

        await using var ingestor = Supervisor.Start(ProcessSpec.Service("ingestor", LocalService.Ingestor.ProgramPath, settings), Directory.CreateTempSubdirectory("driftline-tls-").FullName, _ => { });
        await ingestor.WaitUntilHealthyAsync(new Uri(url, "/health/live"), TimeSpan.FromSeconds(60));
        using var http = new HttpClient { BaseAddress = url };
        using var content = new StringContent(Traffic.Event("u1", "item"), MediaTypeHeaderValue.Parse("application/json"));
        using var answer = await http.PostAsync("/v1/events", content);
        Assert.Equal(expected, answer.StatusCode);
        if (authority == "authority") Assert.Equal(expected == HttpStatusCode.Accepted, _registryOverTls.Established > 0); // who trusts nobody leaves after the handshake
    }

    [Fact]
    public async Task RedisIsReachedOverMutualTlsAndOnlyByThoseWhoTrustEachOther()
    {
        var port = FreePort.Find();
        await using var redis = await OwnRedis.StartAsync(
            RedisOptions(port, "authority", "client").ToConfiguration(),
            "--port", "0", "--tls-port", $"{port}", "--tls-cert-file", _certificates.Certificate("server"), "--tls-key-file", _certificates.Key("server"),
            "--tls-ca-cert-file", _certificates.Certificate("authority"), "--tls-auth-clients", "yes");
        foreach (var (authority, client) in new[] { ("authority", "client"), ("stranger", "client"), ("authority", "intruder"), ("authority", null) })
        {
            var options = RedisOptions(port, authority, client);
            var settings = new Dictionary<string, string?>
            {
                ["Redis:ConnectionString"] = options.ConnectionString,
                ["Redis:CaFile"] = options.CaFile,
                ["Redis:CertificateFile"] = options.CertificateFile,
                ["Redis:KeyFile"] = options.KeyFile,
            };
            using var host = Build(settings, services => services.AddRedis());
            var database = host.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
            if ((authority, client) == ("authority", "client")) Assert.True(await database.StringSetAsync("k", "v"));
            else await Assert.ThrowsAnyAsync<RedisException>(() => database.StringSetAsync("k", "v"));
        }
    }

    private RedisOptions RedisOptions(int port, string authority, string? client) => new()
    {
        ConnectionString = $"localhost:{port},ssl=true,connectTimeout=2000,connectRetry=1",
        CaFile = _certificates.Certificate(authority),
        CertificateFile = client is null ? "" : _certificates.Certificate(client),
        KeyFile = client is null ? "" : _certificates.Key(client),
    };

    private Dictionary<string, string?> Trusting(string authority, string? client)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Kafka:BootstrapServers"] = $"localhost:{_kafkaOverTls.Port}",
            ["Kafka:Client:SecurityProtocol"] = "Ssl",
            ["Kafka:Client:SslCaLocation"] = _certificates.Certificate(authority),
            ["Kafka:Producer:MessageTimeoutMs"] = client == "client" && authority == "authority" ? "30000" : "3000",
            ["SchemaRegistry:Url"] = _registry.Url.ToString(),
        };
        if (client is null) return settings;
        settings["Kafka:Client:SslCertificateLocation"] = _certificates.Certificate(client);
        settings["Kafka:Client:SslKeyLocation"] = _certificates.Key(client);
        return settings;
    }

    private static IHost Streaming(Dictionary<string, string?> settings) => Build(settings, services =>
    {
        services.AddStreaming("test", Topics.StorefrontEventsRejected.Name);
        services.AddSingleton<Kept>();
        services.AddConsumerLoop<ErasureRequested, Kept>(Topics.PrivacyErasures.Name, "driftline.test", "Loop");
    });

    private static IHost Build(Dictionary<string, string?> settings, Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings);
        add(builder.Services);
        builder.Services.AddSingleton(TimeProvider.System);
        return builder.Build();
    }

    private sealed class Kept : IBatchHandler<ErasureRequested>
    {
        public Channel<Received<ErasureRequested>> Records { get; } = Channel.CreateUnbounded<Received<ErasureRequested>>();

        public Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<ErasureRequested>> batch, CancellationToken stopping)
        {
            foreach (var record in batch) Records.Writer.TryWrite(record);
            return Task.FromResult<IReadOnlyList<Outcome>>([.. batch.Select(_ => Outcome.Done)]);
        }
    }
}
