using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using Driftline.Bench.Peer;
using Driftline.Local;
using Driftline.Sequences;
using Driftline.Storefront;
using StackExchange.Redis;

namespace Driftline.Bench.EndToEnd;

internal sealed record E2eOptions
{
    public required double Rate { get; init; }

    public required double Seconds { get; init; }

    public required double WarmUpSeconds { get; init; }

    public required int Users { get; init; }

    public required int Seed { get; init; }

    public string? Json { get; init; }

    /// <summary>Events in a request; 1 sends what is due.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Requests in flight at most: collectors of batches are few, so that a batch fills soon.</summary>
    public int Lanes => Batch > 1 ? 4 : 16;

    /// <summary>
    /// Most events whose effect on the recommender's answers is followed at a time: as many as <see cref="OpenLoopLoad"/> starts to follow until the probe gives one up, so that
    /// slow times are seen as often as fast ones. Asking costs the recommender CPU; 0 follows none.
    /// </summary>
    public int Followed { get; init; } = 1_000;

    /// <summary>Recommendations to ask for after the load, to learn what one costs.</summary>
    public int Requests { get; init; }

    /// <summary>The Python programs of bench/peer-python in the services' place.</summary>
    public bool Peer { get; init; }

    /// <summary>How often the catalogue holds each item of the demo: once as the model knows it, then under other ids and titles, which it knows by their texts.</summary>
    public int Catalogues { get; init; } = 1;

    /// <summary>How many replicas a service has, where it has more than one.</summary>
    public IReadOnlyDictionary<LocalService, int> Replicas { get; init; } = new Dictionary<LocalService, int>();

    /// <summary>What a service's replicas are called; the first has the service's own name.</summary>
    public IEnumerable<string> NamesOf(LocalService service) =>
        Enumerable.Range(1, Replicas.GetValueOrDefault(service, 1)).Select(i => i == 1 ? service.Name : $"{service.Name}-{i}");
}

/// <summary><c>e2e</c>: open-loop load through the four services, as a shop sends it and as a shop sees its effect.</summary>
internal sealed class E2eCommand(E2eOptions options)
{
    private const int Partitions = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<int> ExecuteAsync(CancellationToken stopping)
    {
        var report = await MeasureAsync(options, Console.WriteLine, stopping);
        if (options.Json is { } file)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            await File.WriteAllTextAsync(file, report.ToJson() + "\n", stopping);
        }

        Console.WriteLine(report.ToJson());
        return report.Lost == 0 ? 0 : 1;
    }

    /// <summary>Starts a pipeline of its own, loads it and stops it.</summary>
    public static async Task<E2eReport> MeasureAsync(E2eOptions options, Action<string> say, CancellationToken stopping)
    {
        var cache = DemoModel.CacheFolder(Environment.GetEnvironmentVariable("DRIFTLINE_CACHE"));
        var data = await ReplayData.OpenAsync(new RunOptions { Seed = 1, Events = 1 }, cache, DateTimeOffset.UtcNow, stopping);
        var artifact = await DemoModel.TrainedOnAsync(data.Folder, cache, stopping);
        await using var stack = await Stack.StartAsync(new StackOptions { Partitions = Partitions }, say, stopping);
        await RedisBytesAsync(stack); // refuses now what would fail later
        if (options.Peer)
        {
            foreach (var service in LocalService.All) await PeerPrograms.StartAsync(stack, service, artifact, stopping);
        }
        else
        {
            foreach (var service in LocalService.All)
            {
                foreach (var name in options.NamesOf(service)) await stack.StartServiceAsync(service, stopping, name: name);
            }

            using var http = stack.ClientOf(LocalService.Ingestor);
            var items = Enumerable.Range(0, options.Catalogues).SelectMany(copy => copy == 0 ? data.Items : data.Items.Select(item => Renamed(item, copy))).ToList();
            await CatalogLoader.LoadAsync(http, items, data.Prices, new Progress<int>(), stopping);
            await DemoModel.ReleaseAsync(artifact, stack.Settings(), stopping);
        }

        await stack.WaitUntilReadyAsync(stopping);
        if (!options.Peer) await HaveVectorsAsync(stack, options.Catalogues * data.Items.Count, stopping);
        say($"{options.Rate:N0} events/s of {options.Users:N0} users for {options.Seconds:N0} s after {options.WarmUpSeconds:N0} s of warm-up; logs: {stack.RunFolder}");
        return await LoadAsync(options, stack, [.. data.Items.Select(item => item.ItemId)], say, stopping);
    }

    private static ImportItem Renamed(ImportItem item, int copy) => item with { ItemId = $"{item.ItemId}-{copy}", Title = $"{item.Title} no. {copy}" };

    // A large catalogue is still being embedded when its model serves.
    private static async Task HaveVectorsAsync(Stack stack, int items, CancellationToken stopping)
    {
        using var http = stack.ClientOf(LocalService.Recommender);
        while ((await http.GetFromJsonAsync<JsonElement>("/v1/console", stopping)).GetProperty("itemVectors").EnumerateObject().Sum(version => version.Value.GetInt32()) < items)
            await Task.Delay(100, stopping);
    }

    private static async Task<E2eReport> LoadAsync(E2eOptions options, Stack stack, IReadOnlyList<string> items, Action<string> say, CancellationToken stopping)
    {
        using var http = new HttpClient();
        using var answers = stack.ClientOf(LocalService.Recommender);
        var meter = new CostMeter(stack, http, [.. LocalService.All.SelectMany(service => options.NamesOf(service).Select(name => (service.Name, name)))]);
        var window = new SequenceStoreOptions().MaxLength;
        var ledger = new Ledger(window, counts: options.Peer);
        var recommender = new RecommenderClient(answers);
        await using var watch = new UpdateWatch(stack.BootstrapServers, Partitions, ledger);
        await using var retention = new Retention(stack.Broker!, options.Peer ? "peer" : "driftline", Partitions, watch);
        var probe = new FreshnessProbe(recommender, ledger, stopping, options.Followed, watch.PublishedAsync);
        var arrivals = new Arrivals(options.Seed, options.Rate, options.Users, items, options.Lanes, TimeProvider.System);
        using var load = new OpenLoopLoad([.. options.NamesOf(LocalService.Ingestor).Select(name => stack[name])], arrivals, watch, probe, options.Lanes, options.Batch);

        var emptyBytes = await RedisBytesAsync(stack);
        var before = await meter.ReadAsync(stopping);
        long began = 0;
        await load.RunAsync(TimeSpan.FromSeconds(options.WarmUpSeconds), TimeSpan.FromSeconds(options.Seconds), async () =>
        {
            // What waited while code was being compiled is not the measured part's.
            if (!await ShownAsync(load.Last, watch, recommender, ledger, stopping))
                throw new TimeoutException($"The warm-up's events have not all shown, and no update has come for {Patience.TotalSeconds:N0} s; logs: {stack.RunFolder}");
            await probe.FinishAsync();
            before = await meter.ReadAsync(stopping);
            watch.Reset();
            probe.Reset();
            began = Stopwatch.GetTimestamp();
            say("Warm; measuring.");
        }, stopping);
        var shown = await ShownAsync(load.Last, watch, recommender, ledger, stopping);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var after = await meter.ReadAsync(stopping);
        var redisBytes = await RedisBytesAsync(stack) - emptyBytes;
        await probe.FinishAsync();
        say($"{(shown ? "All sent and shown" : "All sent, not all shown")} after {took:F2} s; asking for every user's state.");
        var lost = await LostAsync(recommender, ledger, stopping);
        var perRequest = options.Requests == 0 || lost > 0 ? (double?)null : await CostOfRequestsAsync(options.Requests, meter, recommender, ledger, stopping);
        return new E2eReport(
            options.Rate, Math.Round(load.Accepted / took, 1), lost, options.Seconds, options.Users, ledger.Users.Count, load.Accepted, load.Requests, watch.Updates,
            load.Acknowledgement.Percentiles(), watch.Percentiles(),
            new Freshness(probe.Percentile(0.50), probe.Percentile(0.90), probe.Percentile(0.99), probe.Percentile(0.999), probe.Samples),
            Costs.Each(after.CpuSeconds, before.CpuSeconds, 1e6 / load.Accepted, 2), Costs.Each(after.AllocatedBytes, before.AllocatedBytes, 1.0 / load.Accepted, 0),
            Costs.Each(after.GcPauseSeconds, before.GcPauseSeconds, 1 / took, 4), after.ResidentMiB, Costs.Each(after.CpuSeconds, before.CpuSeconds, 1 / took, 4), watch.BytesPerRecord,
            redisBytes, ledger.Users.Sum(user => Math.Min(window, (long)ledger.Missing(user, 0))), perRequest,
            string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {RuntimeInformation.ProcessArchitecture}, .NET {Environment.Version}"));
    }

    /// <summary>
    /// Waits until the answers reflect these events, the last of their users. The recommender is asked only once an update is out, for asking takes cores from what is measured.
    /// </summary>
    /// <returns>False where no update has come for <see cref="Patience"/>.</returns>
    private static async Task<bool> ShownAsync(IReadOnlyList<(string User, int Position)> last, UpdateWatch watch, RecommenderClient recommender, Ledger ledger, CancellationToken stopping)
    {
        var (updates, moved) = (watch.Updates, Stopwatch.GetTimestamp());
        foreach (var (user, position) in last)
        {
            var published = watch.PublishedAsync(user, position);
            while (!published.IsCompleted || !(await recommender.DigestAsync(user, stopping) is { } digest && ledger.Reflects(user, digest, position)))
            {
                if (watch.Updates != updates) (updates, moved) = (watch.Updates, Stopwatch.GetTimestamp());
                if (Stopwatch.GetElapsedTime(moved) > Patience) return false;
                await Task.Delay(2, stopping);
            }
        }

        return true;
    }

    /// <summary>What Redis' data take.</summary>
    /// <exception cref="InvalidOperationException">It does not say.</exception>
    private static async Task<long> RedisBytesAsync(Stack stack)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(stack.RedisConnectionString + ",allowAdmin=true"); // INFO
        var memory = (await redis.GetServer(redis.GetEndPoints()[0]).InfoAsync("memory")).SelectMany(section => section).ToDictionary(StringComparer.Ordinal);
        return memory.TryGetValue("used_memory", out var bytes)
            ? long.Parse(bytes, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("This Redis does not say what its data take, and that is part of what is measured: install redis-server (Debian: apt-get install redis-server).");
    }

    private static async Task<double> CostOfRequestsAsync(int requests, CostMeter meter, RecommenderClient recommender, Ledger ledger, CancellationToken stopping)
    {
        var users = ledger.Users.ToList();
        var before = await meter.ReadAsync(stopping);
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(Enumerable.Range(0, requests), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = stopping }, async (i, token) =>
        {
            if (!await recommender.IsServedAsync(users[i % users.Count], token)) throw new InvalidOperationException($"The recommender did not answer for {users[i % users.Count]}: its cost would not be an answer's.");
        });
        var took = Stopwatch.GetElapsedTime(started);
        var after = await meter.ReadAsync(stopping);
        await Task.Delay(took, stopping);
        var idle = await meter.ReadAsync(stopping); // what the process takes in as long without requests is not theirs
        return (Between(before, after) - Between(after, idle)) / requests;

        static double Between(Costs from, Costs to) => to.CpuSeconds[LocalService.Recommender.Name] - from.CpuSeconds[LocalService.Recommender.Name];
    }

    private static async Task<int> LostAsync(RecommenderClient recommender, Ledger ledger, CancellationToken stopping)
    {
        var lost = 0;
        await Parallel.ForEachAsync(ledger.Users, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = stopping }, async (user, token) =>
        {
            var missing = ledger.Missing(user, await recommender.DigestAsync(user, token) ?? 0);
            if (missing > 0) Interlocked.Add(ref lost, missing);
        });
        return lost;
    }
}
