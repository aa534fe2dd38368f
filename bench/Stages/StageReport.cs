using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Driftline.Bench.EndToEnd;

namespace Driftline.Bench.Stages;

/// <summary>What one stage alone took, beside broker, Redis and the generator of its load on the same machine.</summary>
/// <param name="Stage"><c>ingest</c>, <c>build-sequences</c>, <c>answers</c> or its floor.</param>
/// <param name="Operations">Events or requests of the measured part.</param>
/// <param name="PerSecond">Of these.</param>
/// <param name="LatencyMs">Of a request; null where the stage is not asked but reads.</param>
/// <param name="CpuSecondsPerMillion">Operations, by part.</param>
/// <param name="CpuCores">CPU seconds per second by part.</param>
/// <param name="AllocatedBytesPerOperation">Managed memory, of the service.</param>
/// <param name="GcPauseShare">Of the time: how long the service stood still for its garbage collector.</param>
internal sealed record StageReport(
    string Stage, long Operations, double PerSecond, Percentiles? LatencyMs, IReadOnlyDictionary<string, double> CpuSecondsPerMillion,
    IReadOnlyDictionary<string, double> CpuCores, IReadOnlyDictionary<string, double> AllocatedBytesPerOperation, IReadOnlyDictionary<string, double> GcPauseShare, string Machine)
{
    /// <summary>The same load where the service has nothing to do; null where that was not measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StageReport? Floor { get; init; }

    public static StageReport Of(string stage, long operations, double seconds, Percentiles? latency, Costs before, Costs after) => new(
        stage, operations, Math.Round(operations / seconds, 1), latency, Costs.Each(after.CpuSeconds, before.CpuSeconds, 1e6 / operations, 2),
        Costs.Each(after.CpuSeconds, before.CpuSeconds, 1 / seconds, 3), Costs.Each(after.AllocatedBytes, before.AllocatedBytes, 1.0 / operations, 0),
        Costs.Each(after.GcPauseSeconds, before.GcPauseSeconds, 1 / seconds, 4),
        string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {RuntimeInformation.ProcessArchitecture}, .NET {Environment.Version}"));

    /// <summary>Prints the report, and writes it to a file where one is named.</summary>
    public async Task SaveAsync(string? file, CancellationToken stopping)
    {
        var json = JsonSerializer.Serialize(this, StageReportJson.Default.StageReport);
        Console.WriteLine(json);
        if (file is null) return;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        await File.WriteAllTextAsync(file, json + "\n", stopping);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(StageReport))]
internal sealed partial class StageReportJson : JsonSerializerContext;
