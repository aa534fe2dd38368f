using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Driftline.InterestModel;

/// <summary>
/// Torch's worker threads spin while they wait for each other. Where other processes want the same cores, each spin keeps the thread that it
/// waits for from running: training beside a busy build was seen ten times slower. Unless the environment says otherwise they sleep.
/// </summary>
internal static partial class OpenMpThreads
{
    // OpenMP reads its policy once, when Torch loads it, from the C library's environment, which .NET's own setter does not reach.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "It must come before the first use of Torch, whichever class that is in.")]
    internal static void Sleep()
    {
        if (OperatingSystem.IsLinux()) _ = SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
