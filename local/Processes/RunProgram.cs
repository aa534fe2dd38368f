using System.Diagnostics;
using System.Text;

namespace Driftline.Local;

/// <summary>Runs a program to its end; like every child it does not outlive this process.</summary>
internal static class RunProgram
{
    /// <summary>How long what a program wrote is read on after its end. A grandchild may hold the output open: what it writes later is not the program's.</summary>
    private static readonly TimeSpan ReadsOn = TimeSpan.FromSeconds(5);

    /// <returns>What it wrote is all of it. A program that cannot be found exits with 127.</returns>
    /// <exception cref="OperationCanceledException">It was killed with all that it had started; the message holds what it wrote.</exception>
    public static async Task<(int ExitCode, string Output, string Error)> ToItsEndAsync(ProcessSpec spec, CancellationToken stopping)
    {
        OwnDescriptors.KeepFromChildren();
        using var process = Process.Start(ChildCommand.For(spec))!;
        var (output, error) = (new StringBuilder(), new StringBuilder());
        var wasKilled = false;
        var written = Task.WhenAll(PumpAsync(process.StandardOutput, output), PumpAsync(process.StandardError, error));
        try
        {
            await process.WaitForExitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            wasKilled = true;
        }
        finally
        {
            process.StandardInput.Close(); // ends the watcher
        }

        await Task.WhenAny(written, Task.Delay(ReadsOn, CancellationToken.None));
        if (wasKilled) throw new OperationCanceledException($"{spec.Name} was stopped. Its output:\n{TextOf(output)}\n{TextOf(error)}", stopping);
        return (process.ExitCode, TextOf(output), TextOf(error));
    }

    private static async Task PumpAsync(StreamReader reader, StringBuilder into)
    {
        var buffer = new char[4_096];
        while (await reader.ReadAsync(buffer) is > 0 and var read)
        {
            lock (into) into.Append(buffer, 0, read);
        }
    }

    private static string TextOf(StringBuilder text)
    {
        lock (text) return text.ToString();
    }
}
