using BenchmarkDotNet.Attributes;
using Driftline.Local;
using Driftline.Sequences;
using StackExchange.Redis;

namespace Driftline.Bench.Micro;

/// <summary>
/// One event each of a batch's users into Redis. The floor is a round trip of as many bytes of no-ops: one PING for each command of the batch, in one pipeline.
/// <see cref="Pack"/> alone copies the member's bytes.
/// </summary>
public class SequenceBenchmarks : IHasFloor, IDisposable
{
    /// <summary>ZADD, ZREMRANGEBYRANK, EXPIRE, ZCARD and the newest entry of each user.</summary>
    private const int CommandsPerUser = 5, Attempts = 200;

    private readonly SequenceEntry _sample = new(1_700_000_000_000, PackedMember.HashEventId("load-0123456789"), SequenceEventType.Click, 1, 40, "sku-0123456789");

    private RedisServer? _server;
    private ConnectionMultiplexer? _redis;
    private SequenceStore? _store;
    private long _number;

    [Params(1, 1_000)]
    public int Users { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _server = RedisServer.StartAsync(null, Directory.CreateTempSubdirectory("driftline-micro-").FullName, Console.Error.WriteLine).GetAwaiter().GetResult();
        _redis = ConnectionMultiplexer.Connect(_server.ConnectionString);
        _store = new SequenceStore(_redis, new SequenceStoreOptions());
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _redis?.Dispose();
        _server?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    double IHasFloor.Floor(string benchmark)
    {
        if (benchmark == nameof(Pack)) return PackedMember.Pack(_sample).Length / MachineRates.CacheBytes;
        var best = double.MaxValue;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var started = TimeProvider.System.GetTimestamp();
            var batch = _redis!.GetDatabase().CreateBatch();
            var pings = Enumerable.Range(0, CommandsPerUser * Users).Select(_ => batch.PingAsync()).ToArray();
            batch.Execute();
            Task.WaitAll(pings);
            best = Math.Min(best, TimeProvider.System.GetElapsedTime(started).TotalNanoseconds);
        }

        return best;
    }

    [Benchmark]
    public byte[] Pack() => PackedMember.Pack(_sample);

    [Benchmark]
    public async Task<int> Append()
    {
        var users = new UserEvents[Users];
        for (var i = 0; i < users.Length; i++) users[i] = new UserEvents($"shopper-{i}", [_sample with { EventTime = _sample.EventTime + _number, EventIdHash = (ulong)_number++ }]);
        return (await _store!.AppendAsync(users)).Length;
    }
}
