using System.Globalization;
using Spectre.Console;

namespace Driftline.Local.Capacity;

/// <summary><c>capacity</c>: what a shop of some size needs, by the unit costs that were measured.</summary>
internal static class CapacityCommand
{
    public static int Run(Load load, Building building, string? costs, bool json)
    {
        var measured = UnitCosts.Load(costs ?? UnitCosts.DefaultPath);
        var capacity = new CapacityModel(measured, building).For(load);
        if (json)
        {
            Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(capacity, System.Text.Json.JsonSerializerOptions.Web));
            return 0;
        }

        AnsiConsole.Write(ToTable(load, building, capacity));
        Console.WriteLine($"Unit costs: {measured.Machine}. Kafka's and a GPU's own figures are not measured: docs/capacity.md says what is assumed.");
        return 0;
    }

    private static Table ToTable(Load load, Building building, Capacity capacity)
    {
        var table = new Table().AddColumns("part", "CPU cores at the peak", "replicas");
        foreach (var (service, replicas) in capacity.Replicas) table.AddRow(service, Text(capacity.CpuCores[service]), replicas.ToString("N0", CultureInfo.InvariantCulture));
        table.AddRow("Redis", Text(capacity.CpuCores["redis"]), Line($"{capacity.RedisShards:N0} shards x {building.RedisCopies}, {capacity.RedisGiB:N1} GiB of data"));
        table.AddRow("Kafka", "", Line($"{capacity.Brokers:N0} brokers, {capacity.Partitions:N0} partitions, {capacity.KafkaMiBPerSecond:N1} MiB/s, {capacity.KafkaDiskGiB:N0} GiB on disk"));
        table.Caption(Line($"{load.Users:N0} users, {load.EventsPerSecond:N0} events/s, {load.RequestsPerSecond:N0} requests/s: about ${capacity.DollarsPerMonth:N0} a month. Bends first: {capacity.Bends}."));
        return table;
    }

    private static string Text(double cores) => cores.ToString("N2", CultureInfo.InvariantCulture);

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
