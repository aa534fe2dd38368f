using System.Diagnostics;
using System.IO.Pipes;
using Driftline.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;
using static Driftline.Local.Tests.KafkaClients;

namespace Driftline.Local.Tests;

public sealed class ProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("driftline-run-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AKilledServiceIsReportedAndStartedAgain()
    {
        var reports = new TaskCompletionSource<string>();
        await using var service = Supervisor.Start(Shell("echo up as $$; exec sleep 600"), _folder, report => reports.TrySetResult(report));
        await Eventually(() => service.Log.LastLines.Contains("up as", StringComparison.Ordinal));
        var first = service.ProcessId;
        await Signal(first, "KILL");

        var report = await reports.Task.WaitAsync(Patience);
        Assert.Contains("exit code 137", report, StringComparison.Ordinal);
        Assert.Contains($"up as {first}", report, StringComparison.Ordinal);
        await Eventually(() => service.Restarts == 1);
        Assert.NotEqual(first, service.ProcessId);
        Assert.True(IsAlive(service.ProcessId));
        await service.StopAsync();
        Assert.False(IsAlive(service.ProcessId));
        Assert.Equal(1, service.Restarts);
    }

    [Fact]
    public async Task AServiceThatIgnoresTheRequestToStopIsMadeToAndLeavesNoProcess()
    {
        var marker = $"driftline-test-{Guid.NewGuid():N}";
        var service = Supervisor.Start(Shell("trap '' TERM; echo ready; while :; do sleep 60; done", marker), _folder, _ => { });
        await Eventually(() => service.Log.LastLines.Contains("ready", StringComparison.Ordinal));
        Assert.NotEmpty(WithArgument(marker));
        await service.StopAsync(TimeSpan.FromMilliseconds(100));
        await service.DisposeAsync();
        await Eventually(() => WithArgument(marker).Length == 0);
    }

    [Fact]
    public async Task AServiceMayEndInItsOwnWayWhenAskedToStop()
    {
        using var log = new ServiceLog(_folder, "polite");
        await using var child = ChildProcess.Start(Shell("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.1; done"), log);
        await Eventually(() => log.LastLines.Contains("ready", StringComparison.Ordinal));
        Assert.Equal(3, await child.StopAsync());
        Assert.EndsWith("bye", log.LastLines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProgramIsKilledWhenItsParentIsGone()
    {
        using var process = Process.Start(ChildCommand.For(Shell("exec sleep 600")))!;
        Assert.False(process.HasExited);
        process.StandardInput.Close(); // what the system does when this process dies
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(137, process.ExitCode);
    }

    [Fact]
    public async Task AProgramThatIsWaitedForEndsWithAllThatItStartedWhenTheWaitDoes()
    {
        var marker = $"driftline-test-{Guid.NewGuid():N}";
        using var enough = new CancellationTokenSource();
        var run = RunProgram.ToItsEndAsync(Shell("echo up; sh -c 'while :; do sleep 0.1; done' \"$0\"; true", marker), enough.Token);
        await Eventually(() => WithArgument(marker).Length == 3); // the program, its watcher and what it started
        await enough.CancelAsync();
        Assert.Contains("up", (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Patience))).Message, StringComparison.Ordinal);
        await Eventually(() => WithArgument(marker).Length == 0);
    }

    [Fact]
    public async Task AProgramThatEndsIsToldWithAllThatItWroteAndLeavesNoWatcher()
    {
        var marker = $"driftline-test-{Guid.NewGuid():N}";
        var (exit, output, error) = await RunProgram.ToItsEndAsync(Shell("echo out; echo wrong >&2; exit 3", marker), CancellationToken.None);
        Assert.Equal((3, "out\n", "wrong\n"), (exit, output, error));
        await Eventually(() => WithArgument(marker).Length == 0);
    }

    [Fact]
    public async Task AGrandchildThatHoldsTheOutputOpenIsNotWaitedFor()
    {
        var marker = $"driftline-test-{Guid.NewGuid():N}";
        var (exit, output, _) = await RunProgram.ToItsEndAsync(Shell("sleep 600 & echo $!", marker), CancellationToken.None).WaitAsync(Patience);
        await Signal(int.Parse(output, System.Globalization.CultureInfo.InvariantCulture), "KILL");
        Assert.Equal(0, exit);
    }

    [Fact]
    public async Task ATerminalsInterruptDoesNotReachAService()
    {
        using var process = Process.Start(ChildCommand.For(new ProcessSpec("echo", "cat") { WatchesParent = true }))!;
        await process.StandardInput.WriteLineAsync("before");
        Assert.Equal("before", await process.StandardOutput.ReadLineAsync());
        await Signal(process.Id, "INT");
        await process.StandardInput.WriteLineAsync("after");
        Assert.Equal("after", await process.StandardOutput.ReadLineAsync());
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task AnUnreadyServicesLastLinesAreInTheError()
    {
        await using var registry = await LocalSchemaRegistry.StartAsync();
        await using var service = Supervisor.Start(Shell("echo cannot find my model; exec sleep 600"), _folder, _ => { });
        await Eventually(() => service.Log.LastLines.Contains("model", StringComparison.Ordinal));
        await service.WaitUntilHealthyAsync(registry.Url, Patience);
        var late = await Assert.ThrowsAsync<TimeoutException>(() =>
            service.WaitUntilHealthyAsync(new Uri(registry.Url, "health/ready"), TimeSpan.FromMilliseconds(300)));
        Assert.Contains("cannot find my model", late.Message, StringComparison.Ordinal);
        Assert.Contains("404", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACommandThatDoesNotExistIsNamedInTheLog()
    {
        using var log = new ServiceLog(_folder, "none");
        await using var child = ChildProcess.Start(new ProcessSpec("none", "no-such-program"), log);
        Assert.Equal(127, await child.Exited.WaitAsync(Patience));
        Assert.Contains("no-such-program", log.LastLines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHostStopsWithItsParentWhereConfigured()
    {
        using var parent = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var input = new AnonymousPipeClientStream(PipeDirection.In, parent.ClientSafePipeHandle);
        using var host = HostOf(input, exitsWithParent: true);
        await host.StartAsync();
        parent.Dispose();
        await host.WaitForShutdownAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task WithoutThatSettingAHostDoesNotWatchItsParent()
    {
        await using var input = new EndedInput();
        using var host = HostOf(input, exitsWithParent: false);
        await host.StartAsync();
        await Task.Delay(200); // a thread that watched would have read the end by then
        Assert.Equal(0, input.Reads);
        Assert.False(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        await host.StopAsync();
    }

    private static IHost HostOf(Stream input, bool exitsWithParent)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new(ExitWithParent.Key, $"{exitsWithParent}")]);
        builder.Services.AddExitWithParent(input);
        return builder.Build();
    }

    private static ProcessSpec Shell(string script, string name = "service") => new(name, "sh", "-c", script, name);

    private static async Task Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    private static bool IsAlive(int process) => File.Exists($"/proc/{process}/stat") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z", StringComparison.Ordinal);

    private static int[] WithArgument(string argument) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!))
            .Where(process =>
            {
                try
                {
                    return File.ReadAllText($"/proc/{process}/cmdline").Contains(argument, StringComparison.Ordinal);
                }
                catch (IOException)
                {
                    return false; // it ended meanwhile
                }
            }),
    ];

    /// <summary>The input of a service whose parent is gone; it counts who looks.</summary>
    private sealed class EndedInput : MemoryStream
    {
        private int _reads;

        public int Reads => Volatile.Read(ref _reads);

        public override int Read(Span<byte> buffer)
        {
            Interlocked.Increment(ref _reads);
            return 0;
        }
    }
}
