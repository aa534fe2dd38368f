using System.Diagnostics;
using Driftline.Local;

namespace Driftline.Bench.Peer;

/// <summary>The programs of <c>bench/peer-python</c>: what a data team would write in the services' place.</summary>
internal static class PeerPrograms
{
    /// <summary>The interpreter that Debian's packages are for.</summary>
    private const string Python = "/usr/bin/python3";

    /// <summary>One thread for each, as the services have it.</summary>
    private static readonly Dictionary<string, string> Environment = new() { ["OMP_NUM_THREADS"] = "1", ["PYTHONDONTWRITEBYTECODE"] = "1" };

    private static string Folder => Path.Combine(Repository.Root, "bench", "peer-python");

    /// <summary>Starts one of the stages and waits until it answers.</summary>
    /// <param name="artifact">The model folder.</param>
    public static Task StartAsync(Stack stack, LocalService service, string artifact, CancellationToken stopping) => stack.StartServiceAsync(
        service, stopping, new Dictionary<string, string>(Environment) { ["Peer__Artifact"] = artifact },
        program: (name, environment) => new ProcessSpec(name, Python, Path.Combine(Folder, service.Name.Replace('-', '_') + ".py")) { Environment = environment, WorkingDirectory = Folder });

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken stopping)
    {
        var start = new ProcessStartInfo(Python, [Path.Combine(Folder, program), .. arguments]) { RedirectStandardOutput = true };
        foreach (var (key, value) in Environment) start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(stopping);
        await process.WaitForExitAsync(stopping);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with exit code {process.ExitCode}: see bench/peer-python/README.md for the packages that it needs.");
    }
}
