using Driftline.Local;
using StackExchange.Redis;

namespace Driftline.Integration.Tests;

/// <summary>
/// A Redis Cluster of one node, which refuses a command over keys of several slots as a cluster of many does (CROSSSLOT); the client refuses it too, before it is sent.
/// </summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("driftline-redis-cluster-").FullName;
    private readonly ServiceLog _log;
    private readonly ChildProcess _process;

    private RedisCluster(string program, int port)
    {
        ConnectionString = $"127.0.0.1:{port}";
        _log = new ServiceLog(_folder, "redis");
        _process = ChildProcess.Start(
            new ProcessSpec(
                "redis", program, "--bind", "127.0.0.1", "--port", $"{port}", "--cluster-enabled", "yes", "--cluster-port", $"{FreePort.Find()}", "--cluster-announce-ip", "127.0.0.1",
                "--dir", _folder, "--save", "", "--appendonly", "no", "--daemonize", "no"),
            _log);
    }

    public string ConnectionString { get; }

    public static async Task<RedisCluster> StartAsync(string program)
    {
        var cluster = new RedisCluster(program, FreePort.Find());
        await using var redis = await cluster.ConnectAsync();
        await redis.GetServers()[0].ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        var deadline = DateTime.UtcNow + Limit;
        while (!((string?)await redis.GetServers()[0].ExecuteAsync("CLUSTER", "INFO") ?? "").Contains("cluster_state:ok", StringComparison.Ordinal))
        {
            if (DateTime.UtcNow > deadline) throw new TimeoutException($"The cluster did not come up within {Limit}:\n{cluster._log.LastLines}");
            await Task.Delay(50);
        }

        return cluster;
    }

    /// <summary>Commands that the server has carried out, and those that it has refused, by kind of error.</summary>
    public async Task<(IReadOnlySet<string> Commands, IReadOnlyList<string> Errors)> StatisticsAsync()
    {
        await using var redis = await ConnectAsync();
        var server = redis.GetServers()[0];
        return (
            (await server.InfoAsync("commandstats")).SelectMany(section => section).Select(line => line.Key["cmdstat_".Length..]).ToHashSet(StringComparer.OrdinalIgnoreCase),
            [.. (await server.InfoAsync("errorstats")).SelectMany(section => section).Select(line => line.Key)]);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Waits for a server that has just been started: the client's own retries do not wait between refusals.</summary>
    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var configuration = ConfigurationOptions.Parse(ConnectionString);
        configuration.AllowAdmin = true;
        for (var deadline = DateTime.UtcNow + Limit; ;)
        {
            try
            {
                return await ConnectionMultiplexer.ConnectAsync(configuration);
            }
            catch (RedisConnectionException) when (DateTime.UtcNow < deadline)
            {
                await Task.Delay(100);
            }
        }
    }
}
