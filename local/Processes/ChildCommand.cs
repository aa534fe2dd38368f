using System.Diagnostics;

namespace Driftline.Local;

/// <summary>
/// How a child is started so that it lives exactly as long as we want. A terminal's Ctrl-C goes to the whole process group: children ignore
/// it, and are stopped once, in order, by us. When this process dies in whatever way, the pipe to the child's standard input ends, and so does
/// the child.
/// </summary>
internal static class ChildCommand
{
    private const string IgnoreInterrupt = "trap '' INT QUIT; ";

    // The watcher kills the program, whose process id is the shell's own after exec; it must not hold the program's output open.
    private const string KilledWithParent = IgnoreInterrupt +
        """exec 3<&0; me=$$; (while read -r _ <&3; do :; done; kill -KILL $me) >/dev/null 2>&1 & exec "$@" 3<&- </dev/null""";
    private const string WatchesParent = IgnoreInterrupt + """exec "$@" """;

    public static ProcessStartInfo For(ProcessSpec spec)
    {
        // Windows has no such signals and no sh: there a child outlives a killed parent.
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(spec.FileName, spec.Arguments)
            : new ProcessStartInfo("/bin/sh", ["-c", spec.WatchesParent ? WatchesParent : KilledWithParent, spec.Name, spec.FileName, .. spec.Arguments]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.WorkingDirectory = spec.WorkingDirectory ?? "";
        foreach (var (key, value) in spec.Environment) start.Environment[key] = value;
        if (spec.WatchesParent) start.Environment["ExitWithParent"] = "true";
        return start;
    }
}
