using System.Globalization;

namespace Driftline.Local.Chaos;

/// <summary>
/// Wall clocks that can be set off while a service runs, by Debian's libfaketime. The monotonic clock, by which timeouts and sessions are counted, stays as it is: so
/// it is on a machine whose time is corrected.
/// </summary>
internal sealed class FakeClocks(string runFolder)
{
    private static readonly string? Library = OperatingSystem.IsLinux()
        ? Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu").Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
        : null;

    /// <summary>Whether libfaketime is installed.</summary>
    public static bool AreToBeHad => Library is not null;

    /// <summary>Lets a service live by its own clock, which is right at first; nothing where there is no libfaketime.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(string service)
    {
        if (Library is null) return new Dictionary<string, string>();
        Set(service, TimeSpan.Zero);
        return new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = Library,
            ["FAKETIME_TIMESTAMP_FILE"] = PathOf(service),
            ["FAKETIME_CACHE_DURATION"] = "1", // seconds until a change is seen
            ["DONT_FAKE_MONOTONIC"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0", // which makes waits for a condition return at once, and whoever waits spin
            ["NO_FAKE_STAT"] = "1",
        };
    }

    /// <summary>Sets a service's clock so far ahead of the true time, or behind it.</summary>
    public void Set(string service, TimeSpan off)
    {
        var next = PathOf(service) + ".next";
        File.WriteAllText(next, off.TotalSeconds.ToString("+0;-0;+0", CultureInfo.InvariantCulture) + "\n");
        File.Move(next, PathOf(service), overwrite: true);
    }

    private string PathOf(string service) => Path.Combine(runFolder, $"clock-{service}");
}
