using System.Globalization;
using System.Text.RegularExpressions;

namespace Driftline.Local.Endurance;

/// <summary>Resident memory that each process may reach: of a service the limit in its Kubernetes manifest, beyond which it would be killed there.</summary>
internal static partial class MemoryLimits
{
    /// <summary>The embedded Redis' <c>maxmemory</c> and a quarter of it for what its allocator cannot give back.</summary>
    private const double RedisMiB = 1.25 * 1_024;

    /// <summary>What the runtime lets a heap take of its container (https://learn.microsoft.com/dotnet/core/runtime-config/garbage-collector#heap-limit).</summary>
    private const double HeapShare = 0.75;

    /// <summary>By process, in MiB.</summary>
    /// <exception cref="InvalidOperationException">A manifest has no limit.</exception>
    public static IReadOnlyDictionary<string, double> Read() =>
        LocalService.All.Select(service => KeyValuePair.Create(service.Name, Of(service))).Append(new("redis", RedisMiB)).ToDictionary(StringComparer.Ordinal);

    /// <summary>Environment that holds a service's heap as its container would: without one, the collector takes what the machine has.</summary>
    /// <exception cref="InvalidOperationException">Its manifest has no limit.</exception>
    public static IReadOnlyDictionary<string, string> HeapOf(LocalService service) => new Dictionary<string, string>
    {
        ["DOTNET_GCHeapHardLimit"] = string.Create(CultureInfo.InvariantCulture, $"0x{(long)(Of(service) * HeapShare * 1_024 * 1_024):X}"),
    };

    private static double Of(LocalService service)
    {
        var manifest = Path.Combine(Repository.Root, "deploy", "k8s", "base", service.Name + ".yaml");
        return Limit().Match(File.ReadAllText(manifest)) is { Success: true } limit
            ? double.Parse(limit.Groups["number"].Value, CultureInfo.InvariantCulture) * (limit.Groups["unit"].Value == "Gi" ? 1_024 : 1)
            : throw new InvalidOperationException($"{manifest} has no line 'limits: {{ memory: ..Mi'.");
    }

    [GeneratedRegex("limits: \\{ memory: (?<number>[0-9]+)(?<unit>[MG]i)", RegexOptions.ExplicitCapture)]
    private static partial Regex Limit();
}
