using Confluent.Kafka;
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

    public static async Task<int> SetUpAsync(int partitions, short replicationFactor)
    {
        var outside = OutsideParts.FromEnvironment();
        if (outside.BootstrapServers is not { } bootstrap || outside.SchemaRegistryUrl is not { } registry)
            throw new InvalidOperationException("setup needs Kafka__BootstrapServers and SchemaRegistry__Url in the environment.");
        await TopicSetup.CreateAsync(new ClientConfig { BootstrapServers = bootstrap }, partitions, replicationFactor);
        await TopicSetup.RegisterSchemasAsync(registry);
        Console.WriteLine("Topics and schemas are in place.");
        return 0;
    }
}

/// <summary>The parts that the environment names, under the same keys as the services read.</summary>
internal sealed record OutsideParts(string? BootstrapServers, string? SchemaRegistryUrl, string? RedisConnectionString)
{
    public bool Complete => BootstrapServers is not null && SchemaRegistryUrl is not null && RedisConnectionString is not null;

    public static OutsideParts FromEnvironment()
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        return new OutsideParts(Value("Kafka:BootstrapServers"), Value("SchemaRegistry:Url"), Value("Redis:ConnectionString"));

        string? Value(string key) => configuration[key] is { Length: > 0 } value ? value : null;
    }
}
