using BenchmarkDotNet.Attributes;
using Driftline.Bench.Retrieval;
using Driftline.Catalog;

namespace Driftline.Bench.Micro;

/// <summary>
/// The 20 best of a catalogue by inner product, of all items or of a category of 100. The floor reads every vector's codes, one byte a dimension, or the category's floats from memory once.
/// </summary>
public class RetrievalBenchmarks : IHasFloor
{
    private const int Dimensions = 64, Best = 20, Queries = 100, Few = 100;

    private VectorIndex _index = new(Dimensions);
    private VectorSet? _set;
    private string[] _few = [];
    private int _query;

    [Params(10_000, 100_000, 1_000_000)]
    public int Items { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _set = VectorSet.Drawn("walk", Items, Dimensions, Queries, seed: 1);
        _index = new VectorIndex(Dimensions, codeFrom: 20_000);
        for (var item = 0; item < Items; item++) _index.Upsert($"sku-{item}", _set.Item(item));
        _few = [.. Enumerable.Range(0, Few).Select(item => $"sku-{item * (Items / Few)}")];
        _index.CodedAsync().GetAwaiter().GetResult();
    }

    double IHasFloor.Floor(string benchmark) => (benchmark == nameof(SearchAmongFew) ? Few * sizeof(float) : (double)Items) * Dimensions / MachineRates.MemoryBytes;

    [Benchmark]
    public int Search() => _index.Search(_set!.Query(_query++ % Queries), Best).Count;

    [Benchmark]
    public int SearchAmongFew() => _index.Search(_set!.Query(_query++ % Queries), Best, among: _few).Count;
}
