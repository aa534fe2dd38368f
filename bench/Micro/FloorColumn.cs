using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using System.Globalization;

namespace Driftline.Bench.Micro;

/// <summary>A class of benchmarks that knows the least time which each of them could take.</summary>
internal interface IHasFloor
{
    /// <summary>Nanoseconds, from bytes over bandwidth, operations over rate, or round trips; asked for after the setup of the case.</summary>
    double Floor(string benchmark);
}

/// <summary>The floor of each benchmark, and how many times as long it took.</summary>
/// <param name="floors">Those that are known: asking for one sets its benchmark up again.</param>
internal sealed class FloorColumn(bool isRatio, Dictionary<BenchmarkCase, double?> floors) : IColumn
{
    public string Id => isRatio ? "FloorRatio" : "Floor";

    public string ColumnName => isRatio ? "Mean/Floor" : "Floor";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => isRatio ? 1 : 0;

    public bool IsNumeric => true;

    public UnitType UnitType => isRatio ? UnitType.Dimensionless : UnitType.Time;

    public string Legend => isRatio ? "How many times the floor it took" : "Least time by bytes, operations or round trips on this machine";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        if (!floors.TryGetValue(benchmarkCase, out var known)) floors.Add(benchmarkCase, known = FloorOf(benchmarkCase));
        if (known is not { } floor) return "-";
        var mean = summary[benchmarkCase]?.ResultStatistics?.Mean;
        return isRatio ? (mean / floor)?.ToString("F1", CultureInfo.InvariantCulture) ?? "-" : string.Create(CultureInfo.InvariantCulture, $"{floor:N1} ns");
    }

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    private static double? FloorOf(BenchmarkCase one)
    {
        if (Activator.CreateInstance(one.Descriptor.Type) is not IHasFloor benchmarks) return null;
        foreach (var parameter in one.Parameters.Items) one.Descriptor.Type.GetProperty(parameter.Name)!.SetValue(benchmarks, parameter.Value);
        one.Descriptor.GlobalSetupMethod?.Invoke(benchmarks, []);
        try
        {
            return benchmarks.Floor(one.Descriptor.WorkloadMethod.Name);
        }
        finally
        {
            one.Descriptor.GlobalCleanupMethod?.Invoke(benchmarks, []);
        }
    }
}
