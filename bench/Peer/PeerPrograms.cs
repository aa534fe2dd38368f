using Driftline.Local;

namespace Driftline.Bench.Peer;

/// <summary>The programs of <c>bench/peer-python</c>: what a data team would write in the services' place.</summary>
internal static class PeerPrograms
{
    private static string Folder => Path.Combine(Repository.Root, "bench", "peer-python");

    /// <summary>Starts one of the stages and waits until it answers.</summary>
    /// <param name="artifact">The model folder.</param>
    public static Task StartAsync(Stack stack, LocalService service, string artifact, CancellationToken stopping) => stack.StartServiceAsync(
        service, stopping, new Dictionary<string, string>(DebianPython.Environment) { ["Peer__Artifact"] = artifact },
        program: (name, environment) => new ProcessSpec(name, DebianPython.Interpreter, Path.Combine(Folder, service.Name.Replace('-', '_') + ".py")) { Environment = environment, WorkingDirectory = Folder });

    /// <summary>Runs one of its programs to its end.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken stopping) =>
        DebianPython.RunAsync(Path.Combine(Folder, program), arguments, "the packages that bench/peer-python/README.md names", stopping);
}
