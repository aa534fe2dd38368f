using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

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

    public override Tensor forward(Tensor input, Tensor lengths) => _gru.forward(input).Item1;
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

    public override Tensor forward(Tensor input, Tensor lengths) => _lstm.forward(input).Item1;
}

/// <summary>
/// Two gated recurrent units, one reading from the oldest event and one from the newest (Schuster and Paliwal 1997, doi:10.1109/78.650093),
/// half of the state each. Their last states, each after the whole sequence, meet at the newest event's position; no other position is a state.
/// </summary>
internal sealed class BidirectionalEncoder : SequenceEncoder
{
    private readonly GRU _oldestFirst, _newestFirst;

    public BidirectionalEncoder(ModelSettings settings)
        : base("bigru")
    {
        _oldestFirst = nn.GRU(settings.Dimensions, settings.HiddenSize - settings.HiddenSize / 2, settings.Layers, batchFirst: true);
        _newestFirst = nn.GRU(settings.Dimensions, settings.HiddenSize / 2, settings.Layers, batchFirst: true);
        RegisterComponents();
    }

    public override bool Causal => false;

    public override Tensor forward(Tensor input, Tensor lengths)
    {
        var position = arange(input.shape[1], device: input.device).unsqueeze(0);
        var mirrored = lengths.unsqueeze(1).sub(position).sub(Scalars.One).clamp(min: Scalars.Zero);      // [B, L]; L-1-t, and 0 in padding
        var reversed = input.gather(1, mirrored.unsqueeze(2).expand_as(input));
        return cat([_oldestFirst.forward(input).Item1, _newestFirst.forward(reversed).Item1], -1);
    }
}
