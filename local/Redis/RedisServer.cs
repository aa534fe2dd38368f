using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace Driftline.Local;

/// <summary>
/// The Redis that a local run uses: an outside one when configured, else <c>redis-server</c> when it is on the PATH, else Garnet. The latter
/// two listen on 127.0.0.1, keep nothing on disk and end with this process.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly ServiceLog? _log;
    private readonly ChildProcess? _process;

    private RedisServer(string connectionString, string description, ServiceLog? log = null, ChildProcess? process = null, Supervisor? supervisor = null) =>
        (ConnectionString, Description, _log, _process, Supervisor) = (connectionString, description, log, process, supervisor);

    /// <summary>As StackExchange.Redis takes it.</summary>
    public string ConnectionString { get; }

    /// <summary>Which server it is, for people.</summary>
    public string Description { get; }

    /// <summary>The server's process, or null for an outside one.</summary>
    public int? ProcessId => Supervisor?.ProcessId ?? _process?.Id;

    /// <summary>Keeps a durable server running; null for the others.</summary>
    internal Supervisor? Supervisor { get; }

    /// <summary>Where a durable server keeps its data; null for the others.</summary>
    internal string? DataFolder { get; private init; }

    /// <summary>Picks a server, starts it where needed, and waits until it answers PING.</summary>
    /// <param name="configured">Connection string of an outside Redis, or null.</param>
    /// <param name="runFolder">Where the server's log goes.</param>
    /// <param name="report">Told about steps that take long.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The server cannot be reached or does not start; the message says why.</exception>
    public static async Task<RedisServer> StartAsync(
        string? configured, string runFolder, Action<string> report, CancellationToken cancellation = default)
    {
        if (!string.IsNullOrWhiteSpace(configured)) return await ConnectAsync(configured);
        if (OnPath("redis-server") is { } installed) return await StartInstalledAsync(installed, runFolder, cancellation);
        return await StartGarnetAsync(runFolder, report, cancellation);
    }

    /// <summary>Starts Garnet, whatever else is there.</summary>
    /// <inheritdoc cref="StartAsync"/>
    public static async Task<RedisServer> StartGarnetAsync(string runFolder, Action<string> report, CancellationToken cancellation = default)
    {
        var assembly = await GarnetTool.FindAsync(Repository.Root, report, cancellation);
        var port = FreePort.Find();
        // 1 GiB of records: Garnet drops the oldest beyond that. Small pages and index keep an empty server small.
        var spec = ProcessSpec.Dotnet(
            "garnet", assembly, "--bind", "127.0.0.1", "--port", $"{port}", "--memory", "1g", "--page", "4m", "--index", "16m");
        return await StartProcessAsync(spec, port, "Garnet (a Redis-compatible server)", runFolder, cancellation);
    }

    /// <summary>
    /// Starts <c>redis-server</c> with an append-only file that is synchronised before each answer, and starts it again on the same port and
    /// file when it dies: what it has acknowledged survives a kill.
    /// </summary>
    /// <inheritdoc cref="StartAsync"/>
    public static async Task<RedisServer> StartDurableAsync(string runFolder, Action<string> report, CancellationToken cancellation = default)
    {
        var program = OnPath("redis-server")
            ?? throw new InvalidOperationException("redis-server is not on the PATH: a Redis that keeps its data over a kill needs it (Debian: apt-get install redis-server).");
        var port = FreePort.Find();
        var data = Directory.CreateDirectory(Path.Combine(runFolder, "redis-data")).FullName;
        var spec = Installed(program, port, "--dir", data, "--appendonly", "yes", "--appendfsync", "always");
        var supervisor = Local.Supervisor.Start(spec, runFolder, report);
        var server = new RedisServer($"127.0.0.1:{port}", $"redis-server with an append-only file on 127.0.0.1:{port}", supervisor: supervisor) { DataFolder = data };
        var start = TimeProvider.System.GetTimestamp();
        while (!await AnswersPingAsync(port, cancellation))
        {
            if (TimeProvider.System.GetElapsedTime(start) > StartTimeout)
            {
                await server.DisposeAsync();
                throw new InvalidOperationException($"redis-server did not answer PING on port {port} within {StartTimeout.TotalSeconds} s:\n{supervisor.Log.LastLines}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
        }

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (Supervisor is not null) await Supervisor.DisposeAsync();
        if (_process is not null) await _process.DisposeAsync();
        _log?.Dispose();
    }

    private static Task<RedisServer> StartInstalledAsync(string program, string runFolder, CancellationToken cancellation)
    {
        var port = FreePort.Find();
        return StartProcessAsync(Installed(program, port, "--appendonly", "no"), port, "redis-server", runFolder, cancellation);
    }

    /// <summary>Sequences stay compact: twice their entries, for an addition comes before its trim.</summary>
    private static ProcessSpec Installed(string program, int port, params string[] persistence) => new(
        "redis", program,
        [
            "--bind", "127.0.0.1", "--port", $"{port}", "--save", "", "--zset-max-ziplist-entries", "512", "--maxmemory", "1gb", "--maxmemory-policy", "noeviction", "--daemonize", "no",
            .. persistence,
        ]);

    private static async Task<RedisServer> ConnectAsync(string configured)
    {
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(configured);
            await connection.GetDatabase().PingAsync();
        }
        catch (RedisException e)
        {
            throw new InvalidOperationException(
                $"The configured Redis at {string.Join(", ", ConfigurationOptions.Parse(configured).EndPoints)} does not answer: {e.Message}", e);
        }

        return new RedisServer(configured, "an outside Redis");
    }

    private static async Task<RedisServer> StartProcessAsync(
        ProcessSpec spec, int port, string description, string runFolder, CancellationToken cancellation)
    {
        var log = new ServiceLog(runFolder, spec.Name);
        var process = ChildProcess.Start(spec, log);
        var server = new RedisServer($"127.0.0.1:{port}", $"{description} on 127.0.0.1:{port}", log, process);
        try
        {
            var start = TimeProvider.System.GetTimestamp();
            while (!await AnswersPingAsync(port, cancellation))
            {
                if (process.Exited.IsCompleted)
                    throw new InvalidOperationException($"{spec.Name} ended with exit code {await process.Exited} while starting:\n{log.LastLines}");
                if (TimeProvider.System.GetElapsedTime(start) > StartTimeout)
                    throw new InvalidOperationException($"{spec.Name} did not answer PING on port {port} within {StartTimeout.TotalSeconds} s:\n{log.LastLines}");
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static async Task<bool> AnswersPingAsync(int port, CancellationToken cancellation)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, cancellation);
            await using var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellation);
            var answer = new byte[5];
            await stream.ReadExactlyAsync(answer, cancellation);
            return answer.AsSpan().SequenceEqual("+PONG"u8);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    private static string? OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
