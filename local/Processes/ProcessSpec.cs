namespace Driftline.Local;

/// <summary>A program to run as a child.</summary>
/// <param name="Name">For messages and for the log file's name.</param>
/// <param name="FileName">The program: a path, or a name on the PATH.</param>
/// <param name="Arguments">Its arguments, unquoted.</param>
public sealed record ProcessSpec(string Name, string FileName, params string[] Arguments)
{
    /// <summary>Added to this process's own environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// True for a service that stops itself when its standard input ends (<c>AddExitWithParent</c>, switched on here by the environment), so
    /// that it can drain when this process is killed. Any other program is killed by a small watcher then.
    /// </summary>
    public bool WatchesParent { get; init; }

    /// <summary>One of Driftline's services: an assembly under <c>dotnet</c> that watches its parent.</summary>
    public static ProcessSpec Service(string name, string assembly, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Dotnet(name, assembly, arguments) with
        {
            Environment = environment,
            WorkingDirectory = Path.GetDirectoryName(Path.GetFullPath(assembly)),
            WatchesParent = true,
        };

    /// <summary>An assembly under the <c>dotnet</c> that runs this process.</summary>
    public static ProcessSpec Dotnet(string name, string assembly, params string[] arguments) => new(name, DotnetHost, [assembly, .. arguments]);

    /// <summary>The <c>dotnet</c> program.</summary>
    public static string DotnetHost { get; } =
        System.Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
}
