using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Driftline.Recommender.Retrieval;
using StackExchange.Redis;
using Xunit;

namespace Driftline.Recommender.Tests;

/// <summary>The repository's Garnet (a .NET tool) with vector sets turned on, for the tests of one class.</summary>
public sealed class GarnetWithVectorSets : IAsyncLifetime
{
    private Process? _process;

    public IConnectionMultiplexer Connection { get; private set; } = null!;

    internal RedisVectorSets Sets(string version, int dimensions) => new(Connection.GetDatabase(), version, dimensions);

    public async ValueTask InitializeAsync()
    {
        using (var restore = Start("tool", "restore"))
        {
            var (output, error) = (restore.StandardOutput.ReadToEndAsync(), restore.StandardError.ReadToEndAsync());
            await restore.WaitForExitAsync();
            Assert.True(restore.ExitCode == 0, $"'dotnet tool restore' failed with exit code {restore.ExitCode}:\n{await output}{await error}");
        }

        var port = FreePort();
        _process = Start("tool", "run", "garnet-server", "--", "--bind", "127.0.0.1", "--port", $"{port}", "--memory", "256m", "--page", "4m", "--index", "16m", "--enable-vector-set-preview");
        _process.BeginOutputReadLine(); // nobody wants it, but a full pipe would hold the server up
        _process.BeginErrorReadLine();
        Connection = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
        {
            EndPoints = { { IPAddress.Loopback, port } },
            ConnectRetry = 600,
            ConnectTimeout = 1_000,
            ReconnectRetryPolicy = new LinearRetry(100),
            SyncTimeout = 60_000,
            AsyncTimeout = 60_000,
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (Connection is not null) await Connection.DisposeAsync();
        if (_process is null) return;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>In this assembly's folder, which is below the tool's manifest.</summary>
    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = AppContext.BaseDirectory, RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
