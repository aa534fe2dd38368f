using BenchmarkDotNet.Attributes;
using Driftline.InterestModel;
using Driftline.Sequences;
using TorchSharp;
using static TorchSharp.torch;

namespace Driftline.Bench.Micro;

/// <summary>
/// Whole sequences of 50 events through each encoder to user vectors, weights drawn at random, one thread. The floor is
/// its matrix products at the core's rate.
/// </summary>
public class ForwardBenchmarks : IHasFloor, IDisposable
{
    private const int Items = 3_000, Categories = 50, Length = 50;

    /// <summary>Users with 50 clicks each, a minute apart.</summary>
    internal static ArraySegment<EncodedEvent>[] SampleSequences(int users) => [.. Enumerable.Range(0, users).Select(user => new ArraySegment<EncodedEvent>(
        [.. Enumerable.Range(0, Length).Select(i => new EncodedEvent(ItemRows.First + ((user * Length + i) % Items), SequenceEventType.Click, i * 60_000L))]))];

    private InterestNetwork? _network;
    private Tensor? _table;
    private FeatureTensors? _batch;
    private DisposeScope? _scope;

    [Params("gru", "lstm", "bigru", "transformer", "lru")]
    public string Encoder { get; set; } = "";

    [Params(1, 64)]
    public int Users { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        set_num_threads(1);
        _scope = NewDisposeScope();
        _network = new InterestNetwork(new ModelSettings { Encoder = Encoder, TextDimensions = 256 }, new FeatureSettings(), Items, Categories);
        _network.eval();
        using var noGrad = no_grad();
        _table = _network.ItemTable();
        _batch = FeatureTensors.Of(new Featuriser(new FeatureSettings()).Build(SampleSequences(Users)), CPU);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _network?.Dispose();
        _scope?.Dispose();
        GC.SuppressFinalize(this);
    }

    double IHasFloor.Floor(string benchmark)
    {
        var products = _network!.named_parameters().Where(one => one.name.StartsWith("_encoder", StringComparison.Ordinal) && one.parameter.shape.Length == 2).Sum(one => one.parameter.numel());
        return 2.0 * Users * Length * products / MachineRates.Flops;
    }

    [Benchmark]
    public long Forward()
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        return _network!.UserVectors(_network.Encode(_batch!, _table!, _network.CategoryOfRow)).numel();
    }
}
