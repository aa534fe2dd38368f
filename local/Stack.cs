using System.Net.Http.Headers;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Driftline.Hosting.Security;
using Driftline.Schemas;

namespace Driftline.Local;

/// <summary>What a stack is made of; parts that are given are used as they are, the others are started here.</summary>
public sealed record StackOptions
{
    /// <summary>Outside parts by configuration key: <c>Kafka:BootstrapServers</c>, <c>SchemaRegistry:Url</c>, <c>Redis:ConnectionString</c>.</summary>
    public string? BootstrapServers { get; init; }

    public string? SchemaRegistryUrl { get; init; }

    public string? RedisConnectionString { get; init; }

    /// <summary>How this process reaches the outside brokers, where that takes more than their address: TLS, SASL.</summary>
    public ClientConfig? KafkaClient { get; init; }

    /// <summary>The same of the outside registry.</summary>
    public SchemaRegistryConfig? RegistryClient { get; init; }

    /// <summary>Partitions of every topic that this stack creates.</summary>
    public int Partitions { get; init; } = 12;

    /// <summary>Names of models that run beside the one that serves.</summary>
    public IReadOnlyList<string> Challengers { get; init; } = [];

    /// <summary>Copies of each partition on an outside cluster; -1 is the cluster's own default.</summary>
    public short ReplicationFactor { get; init; } = 1;

    /// <summary>How many brokers the embedded cluster has.</summary>
    public int Brokers { get; init; } = 1;

    /// <summary>Whether an embedded redis-server keeps its data on disk and is started again when it dies, for faults.</summary>
    public bool DurableRedis { get; init; }

    /// <summary>Whether ingestor and recommender ask for an API key; the stack makes one.</summary>
    public bool WithKeys { get; init; }

    /// <summary>Whether the services listen where the README says, or on free ports.</summary>
    public bool UsualPorts { get; init; }

    /// <summary>Further settings for every service, e.g. <c>Ingestor__MaxLateness</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}

/// <summary>
/// The whole pipeline on one machine: broker, registry and Redis (outside ones, or embedded), topics, schemas, and the four services as child
/// processes that are restarted when they die. Disposing it stops all that it started.
/// </summary>
public sealed class Stack : IAsyncDisposable
{
    /// <summary>A run asks as fast as it can: it measures.</summary>
    private const int UnlimitedRequestsPerSecond = 1_000_000;

    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(25);

    private readonly StackOptions _options;
    private readonly Action<string> _report;
    private readonly Stack<IAsyncDisposable> _started = new();
    private readonly Dictionary<string, (Supervisor Process, Uri Url)> _services = new(StringComparer.Ordinal);
    private RedisServer? _redis;

    private Stack(StackOptions options, Action<string> report, string runFolder) => (_options, _report, RunFolder) = (options, report, runFolder);

    public string BootstrapServers { get; private set; } = "";

    public string SchemaRegistryUrl { get; private set; } = "";

    public string RedisConnectionString { get; private set; } = "";

    /// <summary>An API key that may do everything; null where none is asked for.</summary>
    public string? Key { get; private set; }

    /// <summary>The file of the keys in force.</summary>
    public string KeysFile => Path.Combine(RunFolder, "api-keys.json");

    /// <summary>What runs where, for people.</summary>
    public List<(string Name, string Where)> Parts { get; } = [];

    /// <summary>Holds one log file per process.</summary>
    public string RunFolder { get; }

    /// <summary>The embedded broker, for faults; null on an outside cluster.</summary>
    public TestBroker? Broker { get; private set; }

    /// <summary>The embedded registry, for faults; null where an outside one is used.</summary>
    public LocalSchemaRegistry? Registry { get; private set; }

    /// <summary>Where the embedded durable Redis keeps its data, for faults; null for any other.</summary>
    internal string? RedisDataFolder => _redis?.DataFolder;

    /// <summary>The process id of a service or of the embedded durable <c>redis</c>, for faults; null between two runs.</summary>
    internal int? RunningProcessIdOf(string name)
    {
        var supervisor = name == "redis" ? _redis?.Supervisor : _services[name].Process;
        return supervisor is { IsRunning: true } ? supervisor.ProcessId : null;
    }

    /// <summary>The process id of the Redis that this stack started; null for an outside one.</summary>
    internal int? RedisProcessId => _redis?.ProcessId;

    /// <summary>How often services ended by themselves and were started again.</summary>
    public int Restarts => _services.Values.Sum(service => service.Process.Restarts);

    public Uri this[string service] => _services[service].Url;

    /// <summary>A client for a service, with the key if there is one.</summary>
    public HttpClient ClientOf(LocalService service)
    {
        var client = new HttpClient { BaseAddress = this[service.Name] };
        if (Key is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return client;
    }

    /// <summary>The process id of a service's present run, for faults.</summary>
    public int ProcessIdOf(string service) => _services[service].Process.ProcessId;

    /// <summary>Starts broker, registry and Redis, and makes topics and schemas. Services are started by <see cref="StartServiceAsync"/>.</summary>
    /// <param name="report">Told about steps that take long and about services that die.</param>
    public static async Task<Stack> StartAsync(StackOptions options, Action<string> report, CancellationToken stopping)
    {
        var stack = new Stack(options, report, Directory.CreateTempSubdirectory("driftline-").FullName);
        try
        {
            await stack.StartPartsAsync(stopping);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one service and waits until it answers; ready services wait for others, so readiness is awaited apart.</summary>
    /// <param name="settings">Settings of this service alone.</param>
    /// <param name="name">What this replica is called here, where there are several; the service's own name if not given.</param>
    /// <param name="program">Another program in the service's place, from its name and environment.</param>
    public async Task StartServiceAsync(
        LocalService service, CancellationToken stopping, IReadOnlyDictionary<string, string>? settings = null, string? name = null,
        Func<string, IReadOnlyDictionary<string, string>, ProcessSpec>? program = null)
    {
        var environment = Settings();
        foreach (var (key, value) in settings ?? new Dictionary<string, string>()) environment[key] = value;
        name ??= service.Name;
        var port = _options.UsualPorts && FreePort.IsFree(service.UsualPort) ? service.UsualPort : FreePort.Find();
        var url = new Uri($"http://127.0.0.1:{port}/");
        environment["Urls"] = url.ToString();
        environment["DOTNET_gcServer"] = "0"; // five processes share one machine: a heap for each core is too much,
        environment["DOTNET_gcConcurrent"] = "0"; // and so is a thread for it,
        environment["DOTNET_GCgen0size"] = "0x4000000"; // but young objects get the room that they would have there, in 64 MiB
        var process = Supervisor.Start(program?.Invoke(name, environment) ?? ProcessSpec.Service(name, service.ProgramPath, environment), RunFolder, _report);
        _services.Add(name, (process, url));
        Parts.Add((name, url.ToString()));
        await process.WaitUntilHealthyAsync(new Uri(url, "/health/live"), HealthTimeout, stopping);
    }

    /// <summary>Waits until every started service is ready.</summary>
    public Task WaitUntilReadyAsync(CancellationToken stopping) =>
        Task.WhenAll(_services.Values.Select(service => service.Process.WaitUntilHealthyAsync(new Uri(service.Url, "/health/ready"), HealthTimeout, stopping)));

    /// <summary>Environment that points any of Driftline's programs at this stack.</summary>
    public Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>
        {
            ["Kafka__BootstrapServers"] = BootstrapServers,
            ["SchemaRegistry__Url"] = SchemaRegistryUrl,
            ["Redis__ConnectionString"] = RedisConnectionString,
        };
        if (Broker is not null)
        {
            // The test broker answers a fetch only when its wait is over, where Kafka answers as data arrives, and holds up a rebalance for the
            // whole session timeout, where Kafka waits for the members it knows.
            settings["Kafka__Consumer__FetchWaitMaxMs"] = "3";
            settings["Kafka__Table__FetchWaitMaxMs"] = "50"; // a table may lag by as much; each of its readers asks all the time
            settings["Kafka__Consumer__SessionTimeoutMs"] = "4000";
            settings["Kafka__Consumer__HeartbeatIntervalMs"] = "400";
        }

        if (Key is not null) settings["Security__KeysFile"] = KeysFile;
        foreach (var (key, value) in _options.Settings) settings[key] = value;
        return settings;
    }

    public async ValueTask DisposeAsync()
    {
        // Services first, all at once: each drains on its own.
        await Task.WhenAll(_services.Values.Select(async service =>
        {
            await service.Process.StopAsync(DrainTimeout);
            await service.Process.DisposeAsync();
        }));
        while (_started.TryPop(out var part)) await part.DisposeAsync();
        Broker?.Dispose();
    }

    private async Task StartPartsAsync(CancellationToken stopping)
    {
        if (_options.WithKeys) Key = ApiKeyCommand.Add("local", [Scopes.Admin], UnlimitedRequestsPerSecond, KeysFile);
        await StartBrokerAsync();
        await StartRegistryAsync();
        await TopicSetup.RegisterSchemasAsync(_options.RegistryClient ?? new SchemaRegistryConfig { Url = SchemaRegistryUrl }, Topics.With(_options.Challengers));
        await StartRedisAsync(stopping);
    }

    /// <summary>For clients of this process.</summary>
    internal ClientConfig KafkaClient => _options.KafkaClient ?? new ClientConfig { BootstrapServers = BootstrapServers };

    private async Task StartBrokerAsync()
    {
        if (_options.BootstrapServers is { } outside)
        {
            BootstrapServers = outside;
            Parts.Add(("Kafka", $"{outside} (outside)"));
            await TopicSetup.CreateAsync(KafkaClient, Topics.With(_options.Challengers), _options.Partitions, _options.ReplicationFactor);
            return;
        }

        Broker = TestBroker.Start(_options.Brokers);
        foreach (var topic in Topics.With(_options.Challengers)) Broker.CreateTopic(topic.Name, _options.Partitions);
        BootstrapServers = Broker.BootstrapServers;
        Parts.Add(("Kafka", $"{BootstrapServers} (test broker, in memory)"));
    }

    private async Task StartRegistryAsync()
    {
        if (_options.SchemaRegistryUrl is { } outside)
        {
            SchemaRegistryUrl = outside;
            Parts.Add(("Schema Registry", $"{outside} (outside)"));
            return;
        }

        Registry = await LocalSchemaRegistry.StartAsync();
        _started.Push(Registry);
        SchemaRegistryUrl = Registry.Url.ToString();
        Parts.Add(("Schema Registry", $"{SchemaRegistryUrl} (local, in memory)"));
    }

    private async Task StartRedisAsync(CancellationToken stopping)
    {
        _redis = _options is { DurableRedis: true, RedisConnectionString: null }
            ? await RedisServer.StartDurableAsync(RunFolder, _report, stopping)
            : await RedisServer.StartAsync(_options.RedisConnectionString, RunFolder, _report, stopping);
        _started.Push(_redis);
        RedisConnectionString = _redis.ConnectionString;
        Parts.Add(("Redis", $"{_redis.ConnectionString} ({_redis.Description})"));
    }
}
