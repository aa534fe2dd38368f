using Driftline.Local;

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
        var (exit, output, error) = await RunProgram.ToItsEndAsync(new ProcessSpec(path, Interpreter, [path, .. arguments]) { Environment = Environment }, stopping);
        return exit == 0 ? output : throw new InvalidOperationException($"{path} ended with exit code {exit}. It needs {needs}. What it wrote:\n{error.TrimEnd()}");
    }
}
