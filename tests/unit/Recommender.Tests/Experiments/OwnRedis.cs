using System.Diagnostics;
using System.Net.Sockets;
using StackExchange.Redis;

namespace Driftline.Recommender.Tests.Experiments;

/// <summary>A redis-server of a test's own, on a socket in a folder of its own; it keeps nothing on disk.</summary>
internal sealed class OwnRedis : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("driftline-redis-").FullName;
    private readonly Process _process;

    private OwnRedis(string program) => _process = Process.Start(
        program, ["--port", "0", "--unixsocket", Socket, "--save", "", "--appendonly", "no", "--dir", _folder, "--logfile", Path.Combine(_folder, "redis.log")]);

    private string Socket => Path.Combine(_folder, "redis.sock");

    public static OwnRedis Start() => new(Needs.Program("redis-server"));

    /// <summary>A connection as another process would have one. It waits for the server.</summary>
    public async Task<IConnectionMultiplexer> ConnectAsync() => await ConnectionMultiplexer.ConnectAsync(
        new ConfigurationOptions { EndPoints = { new UnixDomainSocketEndPoint(Socket) }, ConnectRetry = 50, ReconnectRetryPolicy = new LinearRetry(100) });

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
