using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;

namespace Driftline.Hosting;

/// <summary>
/// Commands by the client's own profile, and each second a look at the server over a connection of its own: whether it answers and how much
/// memory it holds; of a cluster, whether every primary does, and the fullest one's. Names follow OpenTelemetry's semantic conventions for databases (1.37).
/// </summary>
internal sealed class RedisTelemetry : BackgroundService
{
    private static readonly Look Away = new(false, null, null);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>The profile keeps its commands alive, with all that was sent and answered: were they old before they are counted, each collection of young objects would copy them.</summary>
    private static readonly TimeSpan CountEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    private readonly ConfigurationOptions _server;
    private readonly TimeProvider _time;
    private readonly ProfilingSession _session = new();
    private readonly Histogram<double> _duration;
    private volatile Look _last = Away;

    public RedisTelemetry(IConnectionMultiplexer redis, IOptions<RedisOptions> options, IMeterFactory meters, TimeProvider time)
    {
        (_server, _time) = (options.Value.ToConfiguration(), time);
        var meter = meters.Create(ServiceDefaults.MeterName);
        _duration = meter.CreateHistogram("db.client.operation.duration", "s", "From handing a command to the Redis client to its answer.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5] });
        meter.CreateObservableGauge("driftline.redis.up", () => _last.Answers ? 1 : 0, "1", "Whether Redis answered the last look at it; of a cluster, every primary.");
        meter.CreateObservableGauge("driftline.redis.memory.used", () => Measurements(_last.Used), "By", "Memory that Redis holds; absent where the server does not say.");
        meter.CreateObservableGauge("driftline.redis.memory.limit", () => Measurements(_last.Limit), "By", "Memory that Redis may hold; absent where there is no limit.");
        redis.RegisterProfiler(() => _session);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _server.AllowAdmin = true; // the client counts INFO among the commands that need it, which the services' connection does without
        await using var looking = await ConnectionMultiplexer.ConnectAsync(_server);
        Task[] loops = [CountAsync(stoppingToken), KeepLookingAsync(looking, stoppingToken)];
        await await Task.WhenAny(loops); // a fault of one ends the process, whatever the other does
        await Task.WhenAll(loops);
    }

    private async Task CountAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            foreach (var command in _session.FinishProfiling())
                _duration.Record(command.ElapsedTime.TotalSeconds, new TagList { { "db.system.name", "redis" }, { "db.operation.name", command.Command } });
            await Task.Delay(CountEvery, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task KeepLookingAsync(ConnectionMultiplexer looking, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            _last = await LookAsync(looking);
            await Task.Delay(LookEvery, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Of a cluster every primary must answer, and the fullest one's memory is told.</summary>
    private async Task<Look> LookAsync(ConnectionMultiplexer looking)
    {
        try
        {
            // One that is away is not asked: the client would keep the question, and with it a node whose slots others have taken over.
            var servers = looking.GetServers().Where(server => !server.IsReplica).ToArray();
            var cluster = Array.Find(servers, server => server.IsConnected)?.ClusterConfiguration;
            var primaries = Array.FindAll(servers, server => cluster?[server.EndPoint]?.Slots.Count > 0) is { Length: > 0 } owners ? owners : Array.FindAll(servers, server => cluster is null || server.IsConnected);
            if (primaries.Length == 0 || !Array.TrueForAll(primaries, server => server.IsConnected)) return Away;
            var told = await Task.WhenAll(primaries.Select(server => server.ExecuteAsync("INFO", "memory"))).WaitAsync(AnswerLimit, _time);
            var looks = told.Select(info => (string?)info ?? "").Select(info => new Look(true, Field(info, "used_memory"), Field(info, "maxmemory") is > 0 and var limit ? limit : null)).ToArray();
            return looks.MaxBy(look => look.Used / (double?)(look.Limit ?? long.MaxValue)) ?? Away;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            return Away;
        }
    }

    private static IEnumerable<Measurement<long>> Measurements(long? value) => value is { } known ? [new Measurement<long>(known)] : [];

    private static long? Field(string info, string name)
    {
        foreach (var line in info.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] == ':'
                && long.TryParse(line[(name.Length + 1)..], CultureInfo.InvariantCulture, out var value))
            {
                return value;
            }
        }

        return null;
    }

    private sealed record Look(bool Answers, long? Used, long? Limit);
}
