using Driftline.Local;
using StackExchange.Redis;

namespace Driftline.Integration.Tests;

/// <summary>A Redis for tests of the store alone, started once for the process; it ends with the process.</summary>
internal static class RedisForTests
{
    private static readonly Lazy<Task<IConnectionMultiplexer>> Connection = new(StartAsync);

    /// <summary>A shared connection. Tests use keys of their own.</summary>
    public static Task<IConnectionMultiplexer> ConnectAsync() => Connection.Value;

    private static async Task<IConnectionMultiplexer> StartAsync()
    {
        var server = await RedisServer.StartAsync(
            Environment.GetEnvironmentVariable("REDIS_CONNECTION_STRING"), Directory.CreateTempSubdirectory("driftline-redis-").FullName, _ => { });
        return await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
    }
}
