using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Driftline.Local;

/// <summary>One run of a program: its output goes to a log, it is asked to stop before it is made to, and it does not outlive this process.</summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    /// <summary>Time that a program gets between being asked and being made to stop.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private const int Terminate = 15;

    private readonly Process _process;

    private ChildProcess(Process process, ServiceLog log)
    {
        _process = process;
        Id = process.Id;
        Exited = RunAsync(Task.WhenAll(Pump(process.StandardOutput, log), Pump(process.StandardError, log)));
    }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>Completes with the exit code; 128 and more stand for a signal. A program that cannot be found exits with 127.</summary>
    public Task<int> Exited { get; }

    public static ChildProcess Start(ProcessSpec spec, ServiceLog log)
    {
        OwnDescriptors.KeepFromChildren();
        return new ChildProcess(Process.Start(ChildCommand.For(spec))!, log);
    }

    /// <summary>Sends SIGTERM, waits, then SIGKILL. Returns once the process is gone.</summary>
    public async Task<int> StopAsync(TimeSpan? grace = null)
    {
        if (Exited.IsCompleted) return await Exited;
        if (!OperatingSystem.IsWindows())
        {
            _ = Kill(Id, Terminate);
            await Task.WhenAny(Exited, Task.Delay(grace ?? Grace));
        }

        if (!Exited.IsCompleted) _process.Kill(entireProcessTree: true);
        return await Exited;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private async Task<int> RunAsync(Task output)
    {
        await _process.WaitForExitAsync();
        // Ends the watcher. A grandchild may hold the output open: what it writes later is not the program's.
        _process.StandardInput.Close();
        await Task.WhenAny(output, Task.Delay(TimeSpan.FromSeconds(1)));
        return _process.ExitCode;
    }

    private static async Task Pump(StreamReader reader, ServiceLog log)
    {
        while (await reader.ReadLineAsync() is { } line) log.Write(line);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
