using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>Turns event vectors [B, L, D] into states [B, L, H]; the state at a position depends on no later one.</summary>
public abstract class SequenceEncoder(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>Names that <see cref="Create"/> knows.</summary>
    public static readonly IReadOnlyList<string> Names = ["gru", "lstm"];

    /// <exception cref="ArgumentException">No encoder has that name.</exception>
    public static SequenceEncoder Create(ModelSettings settings) => settings.Encoder switch
    {
        "gru" => new GruEncoder(settings),
        "lstm" => new LstmEncoder(settings),
        _ => throw new ArgumentException($"encoder: '{settings.Encoder}' is not known. Known: {string.Join(", ", Names)}."),
    };
}

/// <summary>Gated recurrent unit (Cho et al. 2014, arXiv:1406.1078).</summary>
internal sealed class GruEncoder : SequenceEncoder
{
    private readonly GRU _gru;

    public GruEncoder(ModelSettings settings)
        : base("gru")
    {
        _gru = nn.GRU(settings.Dimensions, settings.HiddenSize, settings.Layers, batchFirst: true);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _gru.forward(input).Item1;
}

/// <summary>Long short-term memory (Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735).</summary>
internal sealed class LstmEncoder : SequenceEncoder
{
    private readonly LSTM _lstm;

    public LstmEncoder(ModelSettings settings)
        : base("lstm")
    {
        _lstm = nn.LSTM(settings.Dimensions, settings.HiddenSize, settings.Layers, batchFirst: true);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _lstm.forward(input).Item1;
}
