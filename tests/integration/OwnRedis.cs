using Driftline.Local;
using StackExchange.Redis;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>A <c>redis-server</c> of a test's own, with the arguments that it wants; it keeps nothing on disk.</summary>
internal sealed class OwnRedis : IAsyncDisposable
{
    private readonly ServiceLog _log;
    private readonly ChildProcess _process;

    private OwnRedis(ServiceLog log, ChildProcess process) => (_log, _process) = (log, process);

    /// <param name="connection">Connects to it once it runs.</param>
    public static async Task<OwnRedis> StartAsync(ConfigurationOptions connection, params string[] arguments)
    {
        var log = new ServiceLog(Directory.CreateTempSubdirectory("driftline-redis-").FullName, "redis");
        var process = ChildProcess.Start(new ProcessSpec("redis", Needs.Program("redis-server"), ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", .. arguments]), log);
        var redis = new OwnRedis(log, process);
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (true)
        {
            try
            {
                await using var look = await ConnectionMultiplexer.ConnectAsync(connection);
                await look.GetDatabase().PingAsync();
                return redis;
            }
            catch (RedisException) when (!process.Exited.IsCompleted && DateTime.UtcNow < deadline)
            {
                await Task.Delay(50); // it has not opened its port yet
            }
            catch (RedisException e)
            {
                await redis.DisposeAsync();
                Assert.Fail($"redis-server does not answer: {e.Message}\n{log.LastLines}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _log.Dispose();
    }
}
