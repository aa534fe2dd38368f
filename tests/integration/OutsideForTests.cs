using System.Net.Sockets;
using Testcontainers.Kafka;

namespace Driftline.Integration.Tests;

/// <summary>
/// Which Kafka, registry and Redis the tests use: outside ones that the environment names, Kafka in a container where a Docker endpoint
/// answers, and else the stack's embedded parts (test broker, local registry, redis-server or Garnet).
/// </summary>
internal sealed class OutsideForTests : IAsyncDisposable
{
    private KafkaContainer? _container;

    public string? BootstrapServers { get; private set; }

    public string? SchemaRegistryUrl { get; } = Variable("SCHEMA_REGISTRY_URL");

    public string? RedisConnectionString { get; } = Variable("REDIS_CONNECTION_STRING");

    /// <param name="ownBroker">For services beside the shared pipeline: in its consumer groups each would get a part of the other's records.</param>
    public static async Task<OutsideForTests> ResolveAsync(bool ownBroker)
    {
        var outside = new OutsideForTests { BootstrapServers = ownBroker ? null : Variable("KAFKA_BOOTSTRAP_SERVERS") };
        if (outside.BootstrapServers is not null || !DockerAnswers()) return outside;
        outside._container = new KafkaBuilder("apache/kafka:4.1.0").Build();
        await outside._container.StartAsync();
        outside.BootstrapServers = outside._container.GetBootstrapAddress();
        return outside;
    }

    public ValueTask DisposeAsync() => _container?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static bool DockerAnswers()
    {
        if (Variable("DOCKER_HOST") is { } host && Uri.TryCreate(host, UriKind.Absolute, out var uri) && uri.Scheme == "tcp") return true;
        const string Endpoint = "/var/run/docker.sock";
        if (!File.Exists(Endpoint)) return false;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(Endpoint));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
