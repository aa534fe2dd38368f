using System.Globalization;
using System.Text;
using Driftline.Bench.EndToEnd;
using Driftline.Bench.Stages;
using Driftline.Local.Capacity;

namespace Driftline.Bench.Capacity;

/// <summary>A size at which the pipeline is measured.</summary>
internal sealed record Size(int Users, double Rate);

/// <summary>
/// <c>capacity</c>: measures the pipeline at a small and a large size, draws the unit costs through both, and holds what they foretell for three
/// other sizes against measurements there.
/// </summary>
internal sealed class CapacityCheck(double seconds, string folder)
{
    /// <summary>The most that a prediction may be off.</summary>
    private const double Tolerance = 0.25;

    private const int EventsRead = 600_000;

    private static readonly Size[] Fitted = [new(20_000, 40), new(20_000, 250)];
    private static readonly Size[] Checked = [new(10_000, 80), new(20_000, 150), new(50_000, 220)];
    private static readonly string[] Parts = ["ingestor", "feature-builder", "predictor", "recommender", "redis"];

    public async Task<int> RunAsync(Action<string> say, CancellationToken stopping)
    {
        var measured = await MeasureAsync([.. Fitted, .. Checked], say, stopping);
        var costs = Fit(measured[Fitted[0]], measured[Fitted[1]], await StartCommand.SecondsPerEventAsync(EventsRead, stopping));
        var model = new CapacityModel(costs, new Building());
        var rows = new List<Row>();
        foreach (var size in Checked)
        {
            var report = measured[size];
            var rate = report.Accepted / report.Seconds;
            rows.AddRange(Parts.Select(part => new Row(size, $"CPU cores of {part}", model.Cores(part, rate), report.CpuCores[part])));
            rows.Add(new Row(size, "CPU cores of all services and Redis", Parts.Sum(part => model.Cores(part, rate)), Parts.Sum(part => report.CpuCores[part])));
            rows.Add(new Row(size, "MiB of Redis' data", model.RedisBytes(report.UsersSeen, report.Entries / (double)report.UsersSeen) / (1 << 20), report.RedisBytes / (double)(1 << 20)));
        }

        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "check.md"), Page(rows, costs), stopping);
        foreach (var row in rows) say(row.ToString());
        if (!rows.All(row => row.Off <= Tolerance))
        {
            say("unit-costs.json is left as it was: costs that do not foretell what was measured beside them size nothing.");
            return 1;
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "unit-costs.json"), costs.ToJson(), stopping);
        return 0;
    }

    /// <summary>Straight lines through two measurements.</summary>
    internal static UnitCosts Fit(E2eReport small, E2eReport large, double secondsPerEventRead)
    {
        var (few, many) = (small.Accepted / small.Seconds, large.Accepted / large.Seconds);
        var cpu = large.CpuCores.Keys.Where(part => part != "generator").ToDictionary(part => part, part =>
        {
            var slope = Math.Max(0, (large.CpuCores[part] - small.CpuCores[part]) / (many - few));
            return new CpuCost(Math.Round(Math.Max(0, small.CpuCores[part] - slope * few), 4), Math.Round(slope, 7));
        });
        // bytes = users * perUser + (entries - users) * perEntry, twice.
        var (u1, e1, b1) = (small.UsersSeen, small.Entries - small.UsersSeen, small.RedisBytes);
        var (u2, e2, b2) = (large.UsersSeen, large.Entries - large.UsersSeen, large.RedisBytes);
        var determinant = (double)u1 * e2 - (double)u2 * e1;
        return new UnitCosts(
            large.Machine, cpu, large.CpuSecondsPerRequest ?? 0, Math.Round(secondsPerEventRead, 8), Math.Round(large.Updates / (double)large.Accepted, 3), large.TopicBytesPerRecord,
            Math.Round(((double)b1 * e2 - (double)b2 * e1) / determinant), Math.Round(((double)b2 * u1 - (double)b1 * u2) / determinant));
    }

    /// <summary>Each size twice, there and back, so that a machine that becomes slower or faster meanwhile does so for all alike.</summary>
    private async Task<Dictionary<Size, E2eReport>> MeasureAsync(IReadOnlyList<Size> sizes, Action<string> say, CancellationToken stopping)
    {
        var measured = new Dictionary<Size, E2eReport>();
        foreach (var size in sizes) measured[size] = await MeasureAsync(size, say, stopping);
        foreach (var size in sizes.Reverse()) measured[size] = Mean(measured[size], await MeasureAsync(size, say, stopping));
        return measured;
    }

    private static E2eReport Mean(E2eReport first, E2eReport second) => second with
    {
        CpuCores = second.CpuCores.ToDictionary(part => part.Key, part => (part.Value + first.CpuCores[part.Key]) / 2),
        CpuSecondsPerRequest = (first.CpuSecondsPerRequest + second.CpuSecondsPerRequest) / 2,
    };

    private async Task<E2eReport> MeasureAsync(Size size, Action<string> say, CancellationToken stopping)
    {
        var report = await E2eCommand.MeasureAsync(
            new E2eOptions { Rate = size.Rate, Users = size.Users, Seconds = seconds, WarmUpSeconds = 2 * seconds, Seed = 1, Followed = 0, Requests = 2_000 }, say, stopping);
        return report.Lost == 0 ? report : throw new InvalidOperationException($"{report.Lost} events were lost at {Name(size)}: what that costs is not what the load costs.");
    }

    private static string Page(List<Row> rows, UnitCosts costs)
    {
        var page = new StringBuilder();
        page.AppendLine("# The capacity model against measurements").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"Made by `dotnet run -c Release --project bench -- capacity` ({costs.Machine}). Each size was measured twice; CPU is the mean. The unit costs were drawn through {Name(Fitted[0])} and {Name(Fitted[1])}.").AppendLine();
        page.AppendLine("| size | what | predicted | measured | off |").AppendLine("|---|---|---:|---:|---:|");
        foreach (var row in rows) page.AppendLine(CultureInfo.InvariantCulture, $"| {Name(row.Size)} | {row.What} | {row.Predicted:F3} | {row.Measured:F3} | {row.Off:P0} |");
        return page.ToString();
    }

    private static string Name(Size size) => string.Create(CultureInfo.InvariantCulture, $"{size.Rate:N0} events/s of {size.Users:N0} users");

    private sealed record Row(Size Size, string What, double Predicted, double Measured)
    {
        public double Off => Math.Abs(Predicted - Measured) / Measured;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name(Size)}: {What}: predicted {Predicted:F3}, measured {Measured:F3}, off {Off:P0}");
    }
}
