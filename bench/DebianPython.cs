using System.Diagnostics;

namespace Driftline.Bench;

/// <summary>The interpreter that Debian's packages are for.</summary>
internal static class DebianPython
{
    public const string Interpreter = "/usr/bin/python3";

    /// <summary>One thread, as the services have it.</summary>
    public static readonly IReadOnlyDictionary<string, string> Environment = new Dictionary<string, string> { ["OMP_NUM_THREADS"] = "1", ["PYTHONDONTWRITEBYTECODE"] = "1" };

    /// <summary>Runs a program to its end.</summary>
    /// <param name="needs">What it needs, for the error.</param>
    /// <returns>What it wrote.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<string> RunAsync(string path, IEnumerable<string> arguments, string needs, CancellationToken stopping)
    {
        var start = new ProcessStartInfo(Interpreter, [path, .. arguments]) { RedirectStandardOutput = true };
        foreach (var (key, value) in Environment) start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(stopping);
        await process.WaitForExitAsync(stopping);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{path} ended with exit code {process.ExitCode}. It needs {needs}.");
    }
}
