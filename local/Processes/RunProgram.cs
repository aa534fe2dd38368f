using System.Diagnostics;

namespace Driftline.Local;

/// <summary>Runs a program to its end; like every child it does not outlive this process.</summary>
internal static class RunProgram
{
    /// <returns>What it wrote is all of it. A program that cannot be found exits with 127.</returns>
    /// <exception cref="OperationCanceledException">It was killed with all that it had started; the message holds what it wrote.</exception>
    public static async Task<(int ExitCode, string Output, string Error)> ToItsEndAsync(ProcessSpec spec, CancellationToken stopping)
    {
        OwnDescriptors.KeepFromChildren();
        using var process = Process.Start(ChildCommand.For(spec))!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new OperationCanceledException($"{spec.Name} was stopped. Its output:\n{await output}\n{await error}", stopping);
        }
        finally
        {
            process.StandardInput.Close(); // ends the watcher
        }

        return (process.ExitCode, await output, await error);
    }
}
