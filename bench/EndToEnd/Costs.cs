using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Driftline.Local;

namespace Driftline.Bench.EndToEnd;

/// <summary>What the parts have used up to a moment.</summary>
/// <param name="CpuSeconds">User and system time by part. <c>broker</c> is the test broker's thread in this process; <c>generator</c> is the rest of it.</param>
/// <param name="AllocatedBytes">Managed memory that a service has ever allocated.</param>
/// <param name="GcPauseSeconds">Time that a service has stood still for its garbage collector.</param>
/// <param name="ResidentMiB">Memory of each process now.</param>
internal sealed record Costs(
    IReadOnlyDictionary<string, double> CpuSeconds, IReadOnlyDictionary<string, double> AllocatedBytes, IReadOnlyDictionary<string, double> GcPauseSeconds,
    IReadOnlyDictionary<string, double> ResidentMiB)
{
    /// <summary>What each part has used between two moments, times a factor.</summary>
    public static Dictionary<string, double> Each(IReadOnlyDictionary<string, double> after, IReadOnlyDictionary<string, double> before, double factor, int digits) =>
        after.ToDictionary(pair => pair.Key, pair => Math.Round((pair.Value - before[pair.Key]) * factor, digits));
}

/// <summary>Reads <see cref="Costs"/> from Linux' process table and the services' metrics. Replicas of a service are added up.</summary>
/// <param name="replicas">Each with the name that the stack knows it by.</param>
internal sealed partial class CostMeter(Stack stack, HttpClient http, IReadOnlyList<(string Service, string Replica)> replicas)
{
    /// <summary>The name that librdkafka gives its test brokers' thread.</summary>
    private const string BrokerThread = "rdk:mock";

    /// <summary>Of the process table's clock; Linux reports it so everywhere.</summary>
    private const double TicksPerSecond = 100;

    /// <exception cref="InvalidOperationException">See <see cref="RequireNoRestart"/>.</exception>
    public async Task<Costs> ReadAsync(CancellationToken stopping)
    {
        var cpu = new Dictionary<string, double>(StringComparer.Ordinal);
        var allocated = new Dictionary<string, double>(StringComparer.Ordinal);
        var paused = new Dictionary<string, double>(StringComparer.Ordinal);
        var resident = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (service, replica) in replicas)
        {
            using var process = Process.GetProcessById(stack.RunningProcessIdOf(replica) ?? throw Ended(stack));
            cpu[service] = cpu.GetValueOrDefault(service) + process.TotalProcessorTime.TotalSeconds;
            resident[service] = resident.GetValueOrDefault(service) + MiB(process.WorkingSet64);
            var metrics = await http.GetStringAsync(new Uri(stack[replica], "/metrics"), stopping);
            allocated[service] = allocated.GetValueOrDefault(service) + Sum(Allocated(), metrics);
            paused[service] = paused.GetValueOrDefault(service) + Sum(Paused(), metrics);
        }

        using var self = Process.GetCurrentProcess();
        if (stack.Broker is not null) cpu["broker"] = OwnThreads(BrokerThread);
        cpu["generator"] = self.TotalProcessorTime.TotalSeconds - cpu.GetValueOrDefault("broker");
        resident["generator"] = MiB(self.WorkingSet64);

        using var redis = Process.GetProcessById(stack.RedisProcessId!.Value);
        cpu["redis"] = redis.TotalProcessorTime.TotalSeconds;
        resident["redis"] = MiB(redis.WorkingSet64);
        RequireNoRestart(stack);
        return new Costs(cpu, allocated, paused, resident);
    }

    /// <exception cref="InvalidOperationException">A service ended by itself: its costs would be those of its present run alone.</exception>
    public static void RequireNoRestart(Stack stack)
    {
        if (stack.Restarts > 0) throw Ended(stack);
    }

    private static InvalidOperationException Ended(Stack stack) => new($"A service ended by itself, so that nothing measured here holds; logs: {stack.RunFolder}");

    private static double Sum(Regex metric, string metrics) => metric.Matches(metrics).Sum(match => double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));

    private static double MiB(double bytes) => Math.Round(bytes / (1 << 20), 1);

    private static double OwnThreads(string name) => Directory.GetDirectories("/proc/self/task").Sum(task =>
    {
        try
        {
            if (File.ReadAllText(Path.Combine(task, "comm")).TrimEnd() != name) return 0;
            var stat = File.ReadAllText(Path.Combine(task, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // proc(5): utime and stime are fields 14 and 15, the first here is 3
            return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
        catch (IOException)
        {
            return 0; // the thread has just ended
        }
    });

    [GeneratedRegex("""^dotnet_gc_heap_total_allocated_bytes_total(\{[^}]*\})? (?<value>[0-9.eE+]+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Allocated();

    [GeneratedRegex("""^dotnet_gc_pause_time_seconds_total(\{[^}]*\})? (?<value>[0-9.eE+-]+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Paused();
}
