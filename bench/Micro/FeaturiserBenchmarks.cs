using BenchmarkDotNet.Attributes;
using Driftline.InterestModel;

namespace Driftline.Bench.Micro;

/// <summary>The model's input of <see cref="ForwardBenchmarks"/> from sequences. The floor is its bytes.</summary>
public class FeaturiserBenchmarks : IHasFloor
{
    private readonly Featuriser _featuriser = new(new FeatureSettings());
    private ArraySegment<EncodedEvent>[] _users = [];

    [Params(1, 64)]
    public int Users { get; set; }

    [GlobalSetup]
    public void SetUp() => _users = ForwardBenchmarks.SampleSequences(Users);

    double IHasFloor.Floor(string benchmark) => _users.Sum(events => events.Count) * (5 * sizeof(long) + sizeof(float)) / MachineRates.CacheBytes;

    [Benchmark]
    public object Featurise() => _featuriser.Build(_users);
}
