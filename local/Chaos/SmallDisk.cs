using System.Diagnostics;
using System.Globalization;

namespace Driftline.Local.Chaos;

/// <summary>A disk that is soon full: a file system in memory, mounted by root. Disposing it unmounts it, once nobody uses it any more.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    /// <summary>Whether this process may mount one.</summary>
    public static bool AreToBeHad => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    public string Folder { get; }

    /// <summary>Mounts one of about so many bytes; null where that is not allowed.</summary>
    public static SmallDisk? Mount(string folder, long bytes)
    {
        if (!AreToBeHad) return null;
        Directory.CreateDirectory(folder);
        return Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={bytes}"), "driftline", folder) ? new SmallDisk(folder) : null;
    }

    public void Dispose() => Run("umount", "--lazy", Folder);

    private static bool Run(string program, params string[] arguments)
    {
        OwnDescriptors.KeepFromChildren();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
