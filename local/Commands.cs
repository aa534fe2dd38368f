using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Driftline.Schemas;
using Driftline.Storefront;

namespace Driftline.Local;

/// <summary>The commands beside the run itself.</summary>
internal static class Commands
{
    public static int ConvertOnlineRetail(string source, string folder)
    {
        var summary = OnlineRetailConverter.Convert(source, folder, new Progress<long>(rows => Console.Error.WriteLine($"{rows:N0} rows read")));
        Console.WriteLine(summary);
        return 0;
    }

    public static async Task<int> SetUpAsync(int partitions, short replicationFactor, IReadOnlyList<string> challengers)
    {
        var outside = OutsideParts.FromEnvironment();
        if (outside.BootstrapServers is not { } bootstrap || outside.SchemaRegistryUrl is not { } registry)
            throw new InvalidOperationException("setup needs Kafka__BootstrapServers and SchemaRegistry__Url in the environment.");
        await TopicSetup.CreateAsync(outside.KafkaClient(bootstrap), Topics.With(challengers), partitions, replicationFactor);
        await TopicSetup.RegisterSchemasAsync(outside.RegistryClient(registry), Topics.With(challengers));
        Console.WriteLine("Topics and schemas are in place.");
        return 0;
    }
}

/// <summary>The parts that the environment names, under the same keys as the services read.</summary>
internal sealed record OutsideParts(string? BootstrapServers, string? SchemaRegistryUrl, string? RedisConnectionString)
{
    private IConfiguration Configuration { get; init; } = new ConfigurationBuilder().Build();

    public bool Complete => BootstrapServers is not null && SchemaRegistryUrl is not null && RedisConnectionString is not null;

    public static OutsideParts FromEnvironment() => From(new ConfigurationBuilder().AddEnvironmentVariables().Build());

    public static OutsideParts From(IConfiguration configuration)
    {
        return new OutsideParts(Value("Kafka:BootstrapServers"), Value("SchemaRegistry:Url"), Value("Redis:ConnectionString")) { Configuration = configuration };

        string? Value(string key) => configuration[key] is { Length: > 0 } value ? value : null;
    }

    /// <summary>The brokers with the services' own client settings: TLS, SASL.</summary>
    public ClientConfig KafkaClient(string bootstrap)
    {
        var client = new ClientConfig();
        Configuration.GetSection("Kafka:Client").Bind(client);
        client.BootstrapServers = bootstrap;
        return client;
    }

    /// <summary>The registry with the services' own client settings: basic authentication, TLS.</summary>
    public SchemaRegistryConfig RegistryClient(string url)
    {
        var client = new SchemaRegistryConfig();
        Configuration.GetSection("SchemaRegistry:Client").Bind(client);
        client.Url = url;
        return client;
    }
}
