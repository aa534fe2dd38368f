using System.Globalization;
using System.Text.RegularExpressions;

namespace Driftline.Local.Endurance;

/// <summary>Resident memory that each process may reach: of a service the limit in its Kubernetes manifest, beyond which it would be killed there.</summary>
internal static partial class MemoryLimits
{
    /// <summary>The embedded Redis' <c>maxmemory</c> and a quarter of it for what its allocator cannot give back.</summary>
    private const double RedisMiB = 1.25 * 1_024;

    /// <summary>By process, in MiB.</summary>
    /// <exception cref="InvalidOperationException">A manifest has no limit.</exception>
    public static IReadOnlyDictionary<string, double> Read() =>
        LocalService.All.Select(service => KeyValuePair.Create(service.Name, Of(service))).Append(new("redis", RedisMiB)).ToDictionary(StringComparer.Ordinal);

    /// <summary>Environment that holds a service's heap as its container would: without one, the collector takes what the machine has.</summary>
    /// <exception cref="InvalidOperationException">A manifest has no limit.</exception>
    public static IReadOnlyDictionary<string, string> HeapOf(LocalService service) => new Dictionary<string, string>
    {
        ["DOTNET_GCHeapHardLimit"] = string.Create(CultureInfo.InvariantCulture, $"0x{(long)(Of(service) * HeapShare(service.Name) * 1_024 * 1_024):X}"),
    };

    private static double Of(LocalService service)
    {
        var limit = Find(service.Name + ".yaml", Limit(), "limits: { memory: ..Mi");
        return double.Parse(limit["number"].Value, CultureInfo.InvariantCulture) * (limit["unit"].Value == "Gi" ? 1_024 : 1);
    }

    /// <summary>
    /// Of a container's memory (https://learn.microsoft.com/dotnet/core/runtime-config/garbage-collector#heap-hard-limit-percent), by the service's own ConfigMap or else all services'.
    /// </summary>
    private static double HeapShare(string service)
    {
        var manifest = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "k8s", "base", "kustomization.yaml"));
        var found = HeapPercents().Matches(manifest).ToDictionary(match => match.Groups["map"].Value, match => match.Groups["number"].Value, StringComparer.Ordinal);
        if (!found.TryGetValue(service, out var percent) && !found.TryGetValue("driftline", out percent)) throw new InvalidOperationException("deploy/k8s/base/kustomization.yaml has no line 'DOTNET_GCHeapHardLimitPercent=..'.");
        return int.Parse(percent, NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 100d;
    }

    private static GroupCollection Find(string name, Regex line, string wanted)
    {
        var manifest = Path.Combine(Repository.Root, "deploy", "k8s", "base", name);
        return line.Match(File.ReadAllText(manifest)) is { Success: true } match ? match.Groups : throw new InvalidOperationException($"{manifest} has no line '{wanted}'.");
    }

    [GeneratedRegex("limits: \\{ memory: (?<number>[0-9]+)(?<unit>[MG]i)", RegexOptions.ExplicitCapture)]
    private static partial Regex Limit();

    [GeneratedRegex("- name: (?<map>\\S+)\\n +literals:\\n( +- \\S+\\n)*? +- DOTNET_GCHeapHardLimitPercent=(?<number>[0-9A-F]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex HeapPercents();
}
