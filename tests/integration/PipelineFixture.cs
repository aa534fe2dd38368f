using System.Net.Http.Json;
using System.Text.Json;
using Avro.Specific;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Driftline.AvroBinary;
using Driftline.Local;
using Driftline.Storefront;
using Driftline.Streaming;
using Xunit;

[assembly: AssemblyFixture(typeof(Driftline.Integration.Tests.PipelineFixture))]

namespace Driftline.Integration.Tests;

/// <summary>The whole pipeline with the demo's model and catalogue, started once for all tests that ask for it.</summary>
public sealed class PipelineFixture : IAsyncLifetime
{
    private readonly Lazy<Task<Pipeline>> _pipeline = new(Pipeline.StartSharedAsync);

    public Task<Pipeline> StartedAsync() => _pipeline.Value;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_pipeline.IsValueCreated && _pipeline.Value.IsCompletedSuccessfully) await (await _pipeline.Value).DisposeAsync();
    }
}

/// <summary>A running pipeline and HTTP clients for its two edges.</summary>
public sealed class Pipeline : IAsyncDisposable
{
    private readonly OutsideForTests _outside;

    private Pipeline(OutsideForTests outside, Stack stack, IReadOnlyList<ImportItem> items)
    {
        (_outside, Stack, Items) = (outside, stack, items);
        Ingestor = stack.ClientOf(LocalService.Ingestor);
        Recommender = stack.ClientOf(LocalService.Recommender);
    }

    /// <summary>Where the recommender expects a Prometheus; nobody listens there until a test starts one.</summary>
    public static int PrometheusPort { get; } = FreePort.Find();

    public Stack Stack { get; }

    public IReadOnlyList<ImportItem> Items { get; }

    /// <summary>Folder of the model that serves.</summary>
    public required string Artifact { get; init; }

    /// <summary>Folder of the data that it was trained on.</summary>
    public required string Data { get; init; }

    public HttpClient Ingestor { get; }

    public HttpClient Recommender { get; }

    /// <summary>The one pipeline that uses the broker which the environment names.</summary>
    public static Task<Pipeline> StartSharedAsync() => StartAsync(ownBroker: false, null, null, null, withKeys: false);

    /// <summary>A pipeline of a test's own, with a broker of its own.</summary>
    /// <param name="redis">A Redis of the caller's own, to do with as it likes.</param>
    /// <param name="settings">Further settings for every service.</param>
    /// <param name="challengers">Names of models that a test will run beside the one that serves.</param>
    /// <param name="withKeys">Whether the two edges ask for an API key; the pipeline's clients have one.</param>
    public static Task<Pipeline> StartAsync(
        string? redis = null, IReadOnlyDictionary<string, string>? settings = null, IReadOnlyList<string>? challengers = null, bool withKeys = false) =>
        StartAsync(ownBroker: true, redis, settings, challengers, withKeys);

    private static async Task<Pipeline> StartAsync(
        bool ownBroker, string? redis, IReadOnlyDictionary<string, string>? settings, IReadOnlyList<string>? challengers, bool withKeys)
    {
        var cache = DemoModel.CacheFolder(Environment.GetEnvironmentVariable("DRIFTLINE_CACHE"));
        var data = await ReplayData.OpenAsync(new RunOptions { Seed = 1, Events = 1 }, cache, DateTimeOffset.UtcNow, CancellationToken.None);
        var artifact = await DemoModel.TrainedOnAsync(data.Folder, cache, CancellationToken.None);
        var outside = await OutsideForTests.ResolveAsync(ownBroker);
        Stack? stack = null;
        try
        {
            stack = await Stack.StartAsync(
                new StackOptions
                {
                    BootstrapServers = outside.BootstrapServers,
                    SchemaRegistryUrl = outside.SchemaRegistryUrl,
                    RedisConnectionString = redis ?? outside.RedisConnectionString,
                    Partitions = 4,
                    Challengers = challengers ?? [],
                    WithKeys = withKeys,
                    Settings = new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
                    {
                        ["Recommender__DataLabel"] = data.Label,
                        ["Recommender__PrometheusUrl"] = $"http://127.0.0.1:{PrometheusPort}",
                    },
                },
                _ => { }, CancellationToken.None);
            var pipeline = await StartServicesAsync(outside, stack, data.Items, artifact, data.Folder.Path);
            await CatalogLoader.LoadAsync(pipeline.Ingestor, data.Items, data.Prices, new Progress<int>(), CancellationToken.None);
            await DemoModel.ReleaseAsync(artifact, stack.Settings(), CancellationToken.None);
            await stack.WaitUntilReadyAsync(CancellationToken.None);
            return pipeline;
        }
        catch
        {
            if (stack is not null) await stack.DisposeAsync();
            await outside.DisposeAsync();
            throw;
        }
    }

    /// <summary>Posts to the ingestor.</summary>
    public async Task<(int Status, JsonElement Body)> PostEventsAsync(string json)
    {
        using var response = await Ingestor.PostAsync("/v1/events", new StringContent(json, System.Text.Encoding.UTF8, "application/json"));
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>Writes to a topic itself, past the ingestor.</summary>
    public async Task ProduceAsync<T>(string topic, string key, T value) where T : class, ISpecificRecord, IBinaryRecord<T>
    {
        using var registry = new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = Stack.SchemaRegistryUrl });
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = Stack.BootstrapServers }).Build();
        await producer.ProduceAsync(topic, new Message<string, byte[]> { Key = key, Value = await new AvroCodec(registry).EncodeAsync(topic, value) });
    }

    /// <summary>Asks the recommender until an answer passes, and says what the last one was if none does.</summary>
    /// <param name="replica">Another recommender to ask.</param>
    public async Task<JsonElement> AskUntilAsync(string path, TimeSpan within, Func<JsonElement, bool> passes, HttpClient? replica = null)
    {
        var deadline = DateTime.UtcNow + within;
        var last = "no answer";
        while (DateTime.UtcNow < deadline)
        {
            using var response = await (replica ?? Recommender).GetAsync(path);
            last = await response.Content.ReadAsStringAsync();
            if (response.IsSuccessStatusCode && last.Length > 0) // a list of lines may have none yet
            {
                var answer = JsonSerializer.Deserialize<JsonElement>(last);
                if (passes(answer)) return answer;
            }

            await Task.Delay(10);
        }

        Assert.Fail($"GET {path} did not come to what was expected within {within}. The last answer: {last}");
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        Ingestor.Dispose();
        Recommender.Dispose();
        await Stack.DisposeAsync();
        await _outside.DisposeAsync();
    }

    /// <summary>Settings of a recommender whose console may send events, and which asks the predictor why.</summary>
    public static Dictionary<string, string> NeighboursIn(Stack stack) => new()
    {
        ["Recommender__IngestorUrl"] = stack[LocalService.Ingestor.Name].ToString(),
        ["Recommender__PredictorUrl"] = stack[LocalService.Predictor.Name].ToString(),
    };

    private static async Task<Pipeline> StartServicesAsync(OutsideForTests outside, Stack stack, IReadOnlyList<ImportItem> items, string artifact, string data)
    {
        foreach (var service in LocalService.All) await stack.StartServiceAsync(service, CancellationToken.None, service == LocalService.Recommender ? NeighboursIn(stack) : null);
        return new Pipeline(outside, stack, items) { Artifact = artifact, Data = data };
    }
}
