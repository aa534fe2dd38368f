using System.Runtime.InteropServices;

namespace Driftline.Local;

/// <summary>Signals to a process that this program started, for faults. Not on Windows, which has none.</summary>
internal static partial class Signal
{
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>The process stands still until <see cref="Continue"/>.</summary>
    public static int Stop { get; } = OperatingSystem.IsMacOS() ? 17 : 19;

    public static int Continue { get; } = OperatingSystem.IsMacOS() ? 19 : 18;

    /// <returns>False if there is no such process any more.</returns>
    public static bool Send(int process, int signal) => SendTo(process, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendTo(int process, int signal);
}
