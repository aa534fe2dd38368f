using System.Globalization;
using Confluent.Kafka;
using Driftline.Schemas;
using Driftline.Sequences;
using StackExchange.Redis;

namespace Driftline.Local;

internal sealed record RunOptions
{
    public bool Once { get; init; }

    public int? Events { get; init; }

    public string? DataFolder { get; init; }

    public double Rate { get; init; }

    public int Seed { get; init; }

    public bool External { get; init; }

    public int Partitions { get; init; }

    public bool WithKeys { get; init; }
}

/// <summary>Trains or finds the model, starts the stack, loads the catalogue, sends the events; then reports and stops, or stays up until Ctrl-C.</summary>
internal sealed class RunCommand(RunOptions options)
{
    private static readonly TimeSpan GiveUpWithoutProgress = TimeSpan.FromSeconds(60);
    private readonly Ledger _ledger = new(new SequenceStoreOptions().MaxLength);

    public async Task<int> ExecuteAsync(CancellationToken stopping)
    {
        var outside = OutsideParts.FromEnvironment();
        if (options.External && !outside.Complete)
            throw new InvalidOperationException("--external needs Kafka__BootstrapServers, SchemaRegistry__Url and Redis__ConnectionString in the environment.");
        var cache = DemoModel.CacheFolder(Environment.GetEnvironmentVariable("DRIFTLINE_CACHE"));
        var data = await ReplayData.OpenAsync(options, cache, DateTimeOffset.UtcNow, stopping);
        Console.WriteLine($"{data.Label}. {data.Plan.Events.Count:N0} events, {data.Items.Count:N0} items; {data.Plan.TimeNote}.");
        var artifact = await DemoModel.TrainedOnAsync(data.Folder, cache, stopping);

        await using var stack = await Stack.StartAsync(
            new StackOptions
            {
                BootstrapServers = outside.BootstrapServers,
                SchemaRegistryUrl = outside.SchemaRegistryUrl,
                RedisConnectionString = outside.RedisConnectionString,
                KafkaClient = outside.BootstrapServers is { } brokers ? outside.KafkaClient(brokers) : null,
                RegistryClient = outside.SchemaRegistryUrl is { } registry ? outside.RegistryClient(registry) : null,
                ReplicationFactor = -1,
                Partitions = options.Partitions,
                UsualPorts = !options.Once,
                WithKeys = options.WithKeys,
                Settings = new Dictionary<string, string>
                {
                    // Replayed gaps can span years.
                    ["Ingestor__MaxLateness"] = "36500.00:00:00",
                    ["FeatureBuilder__MaxLateness"] = "36500.00:00:00",
                    ["Recommender__DataLabel"] = data.Label,
                },
            },
            Console.WriteLine, stopping);
        await StartServicesAsync(stack, stopping);
        ShowParts(stack);

        using var ingestor = stack.ClientOf(LocalService.Ingestor);
        await ShownProgress.RunAsync("Catalogue", data.Items.Count, async progress =>
        {
            var refused = await CatalogLoader.LoadAsync(ingestor, data.Items, data.Prices, progress, stopping);
            foreach (var reason in refused.Take(5)) Console.WriteLine($"Item refused: {reason}");
        });
        await DemoModel.ReleaseAsync(artifact, stack.Settings(), stopping);
        await stack.WaitUntilReadyAsync(stopping);
        return await ReplayAsync(stack, data, ingestor, stopping);
    }

    private static async Task StartServicesAsync(Stack stack, CancellationToken stopping)
    {
        await stack.StartServiceAsync(LocalService.Ingestor, stopping);
        await stack.StartServiceAsync(LocalService.FeatureBuilder, stopping);
        await stack.StartServiceAsync(LocalService.Predictor, stopping);
        await stack.StartServiceAsync(
            LocalService.Recommender, stopping, new Dictionary<string, string>
            {
                ["Recommender__IngestorUrl"] = stack[LocalService.Ingestor.Name].ToString(),
                ["Recommender__PredictorUrl"] = stack[LocalService.Predictor.Name].ToString(),
            });
    }

    private async Task<int> ReplayAsync(Stack stack, ReplayData data, HttpClient ingestor, CancellationToken stopping)
    {
        using var answers = stack.ClientOf(LocalService.Recommender);
        var recommender = new RecommenderClient(answers);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(stack.RedisConnectionString);
        var sequences = new SequenceStore(redis, new SequenceStoreOptions());
        await KnowStoredSequencesAsync(sequences, data.Plan.Events.Select(one => one.Source.UserId).Distinct(StringComparer.Ordinal));

        using var counter = new UpdateCounter(stack.KafkaClient);
        var probe = new FreshnessProbe(recommender, _ledger, stopping);
        var sender = new EventSender(ingestor, _ledger) { OnAccepted = probe.Follow };
        await ShownProgress.RunAsync("Events sent", data.Plan.Events.Count, progress => sender.SendAsync(data.Plan.Events, options.Rate, progress, stopping));
        await probe.FinishAsync();
        var lost = await WaitUntilAppliedAsync(recommender, stopping);
        var served = 0;
        await Parallel.ForEachAsync(_ledger.Users, Concurrency(stopping), async (user, token) =>
        {
            if (await recommender.IsServedAsync(user, token)) Interlocked.Increment(ref served);
        });
        var report = new RunReport(
            sender.Sent, sender.Accepted, sender.Rejected, await CountExactSequencesAsync(sequences), counter.Added(), served, lost,
            new Freshness(probe.Percentile(0.50), probe.Percentile(0.99), probe.Samples), data.Label);
        foreach (var reason in sender.Reasons) Console.WriteLine($"Event rejected: {reason}");
        if (options.Once)
        {
            Console.WriteLine(report.ToJson());
            return lost == 0 && report.SequencesTouched == _ledger.Users.Count ? 0 : 1;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Accepted:N0} events applied, {report.Lost} lost; freshness p50 {report.FreshnessMs.P50} ms, p99 {report.FreshnessMs.P99} ms. Ctrl-C stops everything."));
        await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    private async Task KnowStoredSequencesAsync(SequenceStore sequences, IEnumerable<string> users)
    {
        foreach (var chunk in users.Chunk(500))
        {
            foreach (var (user, sequence) in chunk.Zip(await sequences.ReadAsync(chunk))) _ledger.Known(user, sequence);
        }
    }

    /// <returns>Accepted events that the answers do not reflect once nothing moves any more.</returns>
    private async Task<int> WaitUntilAppliedAsync(RecommenderClient recommender, CancellationToken stopping)
    {
        var missing = _ledger.Users.ToDictionary(user => user, user => _ledger.Missing(user, 0), StringComparer.Ordinal);
        var best = int.MaxValue;
        var lastProgress = DateTimeOffset.UtcNow;
        while (missing.Count > 0 && DateTimeOffset.UtcNow - lastProgress < GiveUpWithoutProgress)
        {
            await Parallel.ForEachAsync(missing.Keys.ToList(), Concurrency(stopping), async (user, token) =>
            {
                var left = _ledger.Missing(user, await recommender.DigestAsync(user, token) ?? 0);
                lock (missing)
                {
                    if (left == 0) missing.Remove(user);
                    else missing[user] = left;
                }
            });
            var now = missing.Values.Sum();
            if (now < best) (best, lastProgress) = (now, DateTimeOffset.UtcNow);
            if (now > 0) await Task.Delay(100, stopping);
        }

        return missing.Values.Sum();
    }

    private async Task<int> CountExactSequencesAsync(SequenceStore sequences)
    {
        var exact = 0;
        foreach (var chunk in _ledger.Users.Chunk(500))
        {
            var stored = await sequences.ReadAsync(chunk);
            exact += chunk.Where((user, i) => _ledger.Missing(user, stored[i].Digest) == 0).Count();
        }

        return exact;
    }

    private static ParallelOptions Concurrency(CancellationToken stopping) => new() { MaxDegreeOfParallelism = 8, CancellationToken = stopping };

    private static void ShowParts(Stack stack)
    {
        foreach (var (name, where) in stack.Parts) Console.WriteLine($"  {name,-16} {where}");
        Console.WriteLine($"  {"logs",-16} {stack.RunFolder}");
        if (stack.Key is { } key) Console.WriteLine($"  {"API key",-16} {key} (may do everything; {stack.KeysFile} holds its hash)");
    }

    /// <summary>Counts what is added to <c>interest.updates</c>.</summary>
    private sealed class UpdateCounter : IDisposable
    {
        private readonly IConsumer<Ignore, Ignore> _consumer;
        private readonly IReadOnlyList<TopicPartition> _partitions;
        private readonly long _before;

        public UpdateCounter(ClientConfig client)
        {
            _consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig(client) { GroupId = "driftline.local" }).Build();
            using var admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
            var topic = Topics.InterestUpdates.Name;
            _partitions = [.. admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions.Select(partition => new TopicPartition(topic, partition.PartitionId))];
            _before = End();
        }

        public long Added() => End() - _before;

        public void Dispose() => _consumer.Dispose();

        private long End() => _partitions.Sum(partition => _consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10)).High.Value);
    }
}
