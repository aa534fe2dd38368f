using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>
/// The Redis that these tests use: an outside one if REDIS_CONNECTION_STRING names it, else a redis-server of their own if one is on the
/// PATH. It is started once for the process and ends with it.
/// </summary>
internal static class RedisForTests
{
    private static readonly Lazy<Task<IConnectionMultiplexer>> Connection = new(StartAsync);

    /// <summary>A shared connection. Tests use keys of their own.</summary>
    public static Task<IConnectionMultiplexer> ConnectAsync() => Connection.Value;

    private static async Task<IConnectionMultiplexer> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("REDIS_CONNECTION_STRING") is { Length: > 0 } outside)
            return await ConnectionMultiplexer.ConnectAsync(outside);
        var server = OnPath("redis-server") ?? throw Missing();
        var port = FreePort();
        var process = Process.Start(new ProcessStartInfo(
            server, ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", Path.GetTempPath()])
        { RedirectStandardOutput = true })!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => process.Kill();
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("Ready to accept connections", StringComparison.Ordinal)) { }
        if (process.HasExited) Assert.Fail($"redis-server ended with exit code {process.ExitCode} before it was ready.");
        _ = process.StandardOutput.ReadToEndAsync(); // keeps its output from filling the pipe
        return await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}");
    }

    private static InvalidOperationException Missing()
    {
        const string Reason = "No Redis: set REDIS_CONNECTION_STRING, or put redis-server on the PATH.";
        if (Environment.GetEnvironmentVariable("DRIFTLINE_REQUIRE_ALL") != "1") Assert.Skip(Reason);
        return new InvalidOperationException(Reason);
    }

    private static string? OnPath(string program) => Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
