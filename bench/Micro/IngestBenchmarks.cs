using BenchmarkDotNet.Attributes;
using Driftline.Hosting;
using Driftline.Ingestor;
using Driftline.Local;
using Microsoft.Extensions.Options;

namespace Driftline.Bench.Micro;

/// <summary>A request's JSON to checked events. The floor reads its bytes once, as fast as they are copied.</summary>
public class IngestBenchmarks : IHasFloor
{
    private readonly EventReader _reader = new(Options.Create(new IngestorOptions()), new Pseudonyms(Options.Create(new PrivacyOptions())));
    private readonly IngestorOptions _options = new();
    private byte[] _body = [];
    private DateTimeOffset _now;

    [Params(1, 100)]
    public int Events { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _now = DateTimeOffset.UtcNow;
        _body = ReplayEvent.ToJson([.. Enumerable.Range(0, Events).Select(i => new ReplayEvent(
            $"load-0123456789-{i}", _now.ToUnixTimeMilliseconds(), new Storefront.ImportEvent($"shopper-{i}", $"sku-{i}", _now, "click")))]);
    }

    double IHasFloor.Floor(string benchmark) => _body.Length / MachineRates.CacheBytes;

    [Benchmark]
    public int ReadAndCheck()
    {
        using var body = RequestBody.Parse(_body, _options.MaxBatchEvents);
        return body.Elements.Count(one => _reader.Read(one.Element, one.Pointer, _now).Event is not null);
    }
}
