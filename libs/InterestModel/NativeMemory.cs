using System.Runtime.InteropServices;

namespace Driftline.InterestModel;

/// <summary>
/// Keeps the memory that tensors give back. glibc returns blocks of more than 128 KiB to the kernel at once, and a step of training frees and asks
/// again for hundreds of them: every page is then zeroed and mapped anew. Only the largest still go back, for they would leave holes that nothing else
/// fits. For programs that train; it is set once, at the start.
/// </summary>
public static partial class NativeMemory
{
    // malloc.h.
    private const int TrimThreshold = -1, MmapThreshold = -3, ArenaMax = -8;

    private const int Large = 32 << 20, Kept = 1 << 30; // glibc takes no more than 32 MiB for the first

    /// <summary>Does nothing where the C library is not glibc.</summary>
    public static void KeepFreed()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = MallOpt(ArenaMax, 1);
            _ = MallOpt(MmapThreshold, Large);
            _ = MallOpt(TrimThreshold, Kept);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such settings.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int MallOpt(int parameter, int value);
}
