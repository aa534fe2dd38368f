using System.Diagnostics;
using System.Globalization;
using Driftline.Audit;

namespace Driftline.Local.Chaos;

internal sealed record ChaosOptions
{
    public required double Minutes { get; init; }

    public required int Seed { get; init; }

    /// <summary>Elements per second, over all lanes.</summary>
    public required double Rate { get; init; }

    /// <summary>Kinds of faults that are not injected.</summary>
    public IReadOnlyCollection<FaultKind> LeftOut { get; init; } = [];

    /// <summary>Where the page goes.</summary>
    public required string Out { get; init; }
}

/// <summary>
/// <c>chaos</c>: sends a recorded stream of events while the pipeline is broken in every way that can be had here, lets it settle, and has an
/// independent audit compare what is there with what was sent.
/// </summary>
internal sealed class ChaosCommand(ChaosOptions options)
{
    public const int Brokers = 3;
    /// <summary>So many that none outgrows what a test broker keeps of a partition (5 MiB) in an hour: a rebuild reads all of it.</summary>
    public const int Partitions = 24;

    /// <summary>Minutes times events a second that these hold.</summary>
    private const double MostLoad = 60 * 200;
    private const int Lanes = 4;
    private static readonly string[] Alone = [""], Two = ["", "-2"];

    /// <summary>How long nothing may become better, on a machine that may be busy with other things: a service takes a minute to start there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);

    public async Task<int> ExecuteAsync(CancellationToken stopping)
    {
        if (options.Minutes * options.Rate > MostLoad) throw new InvalidOperationException($"--minutes times --rate must be at most {MostLoad:0}: the test broker keeps no more to rebuild from.");
        var cache = DemoModel.CacheFolder(Environment.GetEnvironmentVariable("DRIFTLINE_CACHE"));
        var data = await ReplayData.OpenAsync(new RunOptions { Seed = 1, Events = 1 }, cache, DateTimeOffset.UtcNow, stopping);
        var artifact = await DemoModel.TrainedOnAsync(data.Folder, cache, stopping);
        // Fewer fetches than a demo wants: some fifty connections ask one thread, which is all that the three test brokers have.
        var settings = new Dictionary<string, string> { ["Kafka__Consumer__FetchWaitMaxMs"] = "250" };
        await using var stack = await Stack.StartAsync(
            new StackOptions { Brokers = Brokers, Partitions = Partitions, DurableRedis = true, Settings = settings },
            report => Show($"          {report.Split(" Its last")[0]}"), stopping);
        Show($"Logs: {stack.RunFolder}");
        var clocks = new FakeClocks(stack.RunFolder);
        var services = await StartServicesAsync(stack, clocks, stopping);
        using (var http = stack.ClientOf(LocalService.Ingestor))
            await CatalogLoader.LoadAsync(http, data.Items, data.Prices, new Progress<int>(), stopping);
        await DemoModel.ReleaseAsync(artifact, stack.Settings(), stopping);
        await stack.WaitUntilReadyAsync(stopping);
        await using var auditor = await Auditor.StartAsync(stack.BootstrapServers, stack.RedisConnectionString, TimeProvider.System);
        var report = await BreakAsync(stack, artifact, clocks, services, [.. data.Items.Select(item => item.ItemId)], auditor, stopping);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.Out))!);
        await File.WriteAllTextAsync(options.Out, report.ToMarkdown(), stopping);
        foreach (var example in report.Verdict.Examples) Show(example);
        Show($"Page: {Path.GetFullPath(options.Out)}");
        Console.WriteLine(report.ToJson());
        return report.Verdict.Total == 0 && report.Faults.Count > 0 ? 0 : 1;
    }

    /// <summary>Two replicas of the stages that share partitions, so that a pause or an end moves them.</summary>
    private static async Task<IReadOnlyList<string>> StartServicesAsync(Stack stack, FakeClocks clocks, CancellationToken stopping)
    {
        var replicas = LocalService.All.SelectMany(service => (service == LocalService.Ingestor ? Alone : Two).Select(suffix => (Service: service, Name: service.Name + suffix))).ToList();
        await Task.WhenAll(replicas.Select(replica =>
        {
            var settings = new Dictionary<string, string>(clocks.EnvironmentOf(replica.Name));
            if (replica.Service == LocalService.Ingestor) settings["Kafka__Producer__QueueBufferingMaxMessages"] = "1000"; // a buffer that a few large requests fill
            return stack.StartServiceAsync(replica.Service, stopping, settings, replica.Name);
        }));
        return [.. replicas.Select(replica => replica.Name)];
    }

    private static IEnumerable<FaultKind> NotToBeHad()
    {
        if (!FakeClocks.AreToBeHad)
        {
            Show("No clock jumps: libfaketime is not installed (Debian: apt-get install faketime).");
            yield return FaultKind.ClockJump;
        }

        if (!SmallDisk.AreToBeHad)
        {
            Show("No disk runs full: a small one can be mounted by root only, on Linux.");
            yield return FaultKind.DiskFull;
        }
    }

    private async Task<ChaosReport> BreakAsync(Stack stack, string artifact, FakeClocks clocks, IReadOnlyList<string> services, IReadOnlyList<string> items, Auditor auditor, CancellationToken stopping)
    {
        var length = TimeSpan.FromMinutes(options.Minutes);
        var input = Path.Combine(stack.RunFolder, "input.jsonl");
        var streams = Enumerable.Range(0, Lanes).Select(lane => new EventStream(options.Seed, lane, items, TimeProvider.System)).ToList();
        IReadOnlyList<Fault> faults;
        EventLanes lanes;
        using (var recorder = new InputRecorder(input, TimeProvider.System))
        {
            lanes = new EventLanes(stack[LocalService.Ingestor.Name], recorder, streams, options.Rate);
            using (lanes)
            using (var injector = new FaultInjector(stack, artifact, clocks, lanes, recorder, Show))
            {
                var plan = FaultPlan.Make(length, options.Seed, services, [.. options.LeftOut, .. NotToBeHad()]);
                await EventLanes.BoundedAsync(length, enough => Task.WhenAll(lanes.RunAsync(length, enough), injector.RunAsync(plan, enough)), Show, stopping);
                faults = injector.Done;
            }
        }

        Show($"All faults are over; {lanes.Answered:N0} elements are answered. Waiting until the pipeline has worked them off.");
        var ended = Stopwatch.GetTimestamp();
        var last = -1;
        var verdict = await auditor.SettleAsync(input, Patience, new Progress<int>(left => { if (left != last) Show($"  differences left: {(last = left).ToString("N0", CultureInfo.InvariantCulture)}"); }), stopping);
        return new ChaosReport
        {
            Seed = options.Seed,
            Length = length,
            Events = lanes.Answered,
            Unavailable = lanes.Unavailable,
            Broken = lanes.Broken,
            SkewedClocks = streams.Sum(stream => stream.Skewed),
            Users = auditor.Users,
            InterestUpdates = auditor.InterestUpdates,
            SettledAfter = Stopwatch.GetElapsedTime(ended),
            Faults = faults,
            Verdict = verdict,
        };
    }

    private static void Show(string line) => Console.WriteLine(line);
}
