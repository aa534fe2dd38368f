using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>Gated recurrent unit (Cho et al. 2014, arXiv:1406.1078).</summary>
internal sealed class GruEncoder : SequenceEncoder, ICarriesState
{
    private readonly GRU _gru;
    private readonly int _layers, _hidden;

    public GruEncoder(ModelSettings settings)
        : base("gru")
    {
        (_layers, _hidden) = (settings.Layers, settings.HiddenSize);
        _gru = nn.GRU(settings.Dimensions, settings.HiddenSize, settings.Layers, batchFirst: true);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public int StateSize => _layers * _hidden;

    public override Tensor forward(Tensor input, Tensor lengths) => _gru.forward(input).Item1;

    /// <inheritdoc/>
    public (Tensor Output, Tensor State) Advance(Tensor input, Tensor lengths, Tensor state)
    {
        var newest = Layered.Advance(input, lengths, Layered.Of(state, _layers), (some, before) => _gru.forward(some, before).Item2);
        return (newest.select(0, _layers - 1), Layered.Flat(newest));
    }
}

/// <summary>Long short-term memory (Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735).</summary>
internal sealed class LstmEncoder : SequenceEncoder, ICarriesState
{
    private readonly LSTM _lstm;
    private readonly int _layers, _hidden;

    public LstmEncoder(ModelSettings settings)
        : base("lstm")
    {
        (_layers, _hidden) = (settings.Layers, settings.HiddenSize);
        _lstm = nn.LSTM(settings.Dimensions, settings.HiddenSize, settings.Layers, batchFirst: true);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public int StateSize => 2 * _layers * _hidden;

    public override Tensor forward(Tensor input, Tensor lengths) => _lstm.forward(input).Item1;

    /// <inheritdoc/>
    public (Tensor Output, Tensor State) Advance(Tensor input, Tensor lengths, Tensor state)
    {
        var newest = Layered.Advance(input, lengths, Layered.Of(state, 2 * _layers), (some, before) =>
        {
            var (_, hidden, cell) = _lstm.forward(some, (before.narrow(0, 0, _layers), before.narrow(0, _layers, _layers)));
            return cat([hidden, cell]);
        });
        return (newest.select(0, _layers - 1), Layered.Flat(newest));
    }
}

/// <summary>States as Torch's recurrent units take them, [layers, B, H], and as they are kept, [B, layers * H].</summary>
internal static class Layered
{
    public static Tensor Of(Tensor state, int layers) => state.view(state.shape[0], layers, -1).transpose(0, 1).contiguous();

    public static Tensor Flat(Tensor layered) => layered.transpose(0, 1).reshape(layered.shape[1], -1);

    /// <summary>The states after the last event of sequences whose lengths rise: all go on together until the shortest ends, then the others.</summary>
    /// <param name="advance">Takes sequences of one length on from their states.</param>
    public static Tensor Advance(Tensor input, Tensor lengths, Tensor before, Func<Tensor, Tensor, Tensor> advance)
    {
        var ends = lengths.cpu().data<long>().ToArray();
        var newest = new List<Tensor>();
        for (var (first, read) = (0, 0L); first < ends.Length;)
        {
            before = advance(input.narrow(0, first, ends.Length - first).narrow(1, read, ends[first] - read), before.contiguous());
            read = ends[first];
            var ended = ends.AsSpan(first).LastIndexOf(read) + 1;
            newest.Add(before.narrow(1, 0, ended));
            before = before.narrow(1, ended, before.shape[1] - ended);
            first += ended;
        }

        return newest.Count == 1 ? newest[0] : cat(newest, 1);
    }
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
