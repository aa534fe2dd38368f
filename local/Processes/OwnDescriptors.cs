using System.Globalization;
using System.Runtime.InteropServices;

namespace Driftline.Local;

/// <summary>
/// Connections that a test broker has accepted are inherited by every program that is started here, unlike what .NET itself opens. A connection that the broker then
/// closes stays open in that program's hands, and its client waits for an answer until its own timeout (a minute, by default).
/// </summary>
internal static partial class OwnDescriptors
{
    private const int SetFlags = 2; // F_SETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC
    private const int FirstOwn = 3;

    /// <summary>Call it before a program is started.</summary>
    public static void KeepFromChildren()
    {
        if (!OperatingSystem.IsLinux()) return; // elsewhere fcntl is called by another convention
        foreach (var name in Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(Path.GetFileName))
        {
            if (int.Parse(name!, CultureInfo.InvariantCulture) is >= FirstOwn and var descriptor) _ = Control(descriptor, SetFlags, CloseOnExec);
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);
}
