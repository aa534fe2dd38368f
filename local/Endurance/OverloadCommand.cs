using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace Driftline.Local.Endurance;

internal sealed record OverloadOptions
{
    public required double Minutes { get; init; }

    /// <summary>How many times the sustainable rate is offered.</summary>
    public required double Times { get; init; }
}

/// <summary>
/// <c>overload</c>: measures what the pipeline can take, offers many times that, and checks that memory stays within the limits of deployment, that no service ends, that what is not taken is
/// refused with a time to come again or held up, that every 202 is kept, and that the backlog drains.
/// </summary>
internal sealed class OverloadCommand(OverloadOptions options)
{
    /// <summary>So many that the backlog of two minutes stays below what a test broker keeps (5 MiB a partition).</summary>
    private const int Partitions = 96;

    /// <summary>So few that Redis holds them all within its memory, and so many that no sequence fills.</summary>
    private const int Users = 12_000;
    private const int CalibratingConnections = 8;
    private const int Connections = 1_000;
    private static readonly TimeSpan LongestCalibration = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(2);

    public async Task<int> ExecuteAsync(CancellationToken stopping)
    {
        await using var pipeline = await Pipeline.StartAsync(new StackOptions { Partitions = Partitions }, Show, stopping);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(pipeline.Stack.RedisConnectionString);
        Show($"Logs: {pipeline.Stack.RunFolder}");
        await SustainableAsync(pipeline, redis, stopping); // while code is compiled
        var sustainable = await SustainableAsync(pipeline, redis, stopping);
        var rate = sustainable * options.Times;
        Show(string.Create(CultureInfo.InvariantCulture, $"{sustainable:N0} events/s can be sustained; offering {rate:N0} for {options.Minutes:0.##} minutes."));
        await using var samples = await ProcessSamples.StartAsync(pipeline.Stack, SampleEvery);
        using var load = new OpenLoad(pipeline.Stack[LocalService.Ingestor.Name], pipeline.Items, Users, Connections);
        await load.RunAsync(rate, TimeSpan.FromMinutes(options.Minutes), stopping);
        Show($"{load.Accepted:N0} of {load.Offered:N0} events are accepted; waiting until they are worked off.");
        var (missing, behind, drained) = await Honoured.WaitAsync(load.AcceptedBy, redis, Patience, stopping);
        var (peaks, restarts) = (samples.PeaksMiB, pipeline.Stack.Restarts);
        var limits = MemoryLimits.Read();
        foreach (var (process, peak) in peaks) Show(string.Create(CultureInfo.InvariantCulture, $"{process}: {peak:N0} MiB at most, of {limits[process]:N0}"));
        var refusedOrHeldUp = load.Refusals * OpenLoad.Batch + load.HeldUp;
        Console.WriteLine(JsonSerializer.Serialize(
            new OverloadReport(
                Math.Round(sustainable), Math.Round(rate), options.Minutes, load.Offered, load.Accepted, load.Refusals, load.RefusalsWithoutRetryAfter, load.HeldUp, load.Unanswered,
                missing, behind, Math.Round(drained.TotalSeconds, 1), restarts, limits, peaks),
            EnduranceJson.Default.OverloadReport));
        return missing == 0 && behind == 0 && restarts == 0 && load.RefusalsWithoutRetryAfter == 0 && refusedOrHeldUp > 0 && peaks.All(process => process.Value <= limits[process.Key]) ? 0 : 1;
    }

    /// <summary>Events per second from the first until all are in the interests, when a few connections send as fast as they are answered.</summary>
    private async Task<double> SustainableAsync(Pipeline pipeline, IConnectionMultiplexer redis, CancellationToken stopping)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var load = new OpenLoad(pipeline.Stack[LocalService.Ingestor.Name], pipeline.Items, Users, CalibratingConnections);
        var length = TimeSpan.FromMinutes(options.Minutes / 4);
        await load.RunAsync(double.PositiveInfinity, length < LongestCalibration ? length : LongestCalibration, stopping);
        var sent = TimeProvider.System.GetElapsedTime(started);
        var (missing, behind, drained) = await Honoured.WaitAsync(load.AcceptedBy, redis, Patience, stopping);
        return missing + behind == 0
            ? load.Accepted / (sent + drained).TotalSeconds
            : throw new InvalidOperationException($"The pipeline lost events before it was overloaded: {missing} accepted ones are missing, {behind} users' interests are behind.");
    }

    private static void Show(string line) => Console.WriteLine(line);
}
