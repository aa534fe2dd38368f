using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>
/// Linear recurrent units whose gates see the input alone (minGRU: Feng et al. 2024, arXiv:2410.01201): h_t = (1 - z_t) h_{t-1} + z_t c_t.
/// Being linear in h, a whole sequence is one <see cref="LinearScan"/>; and the state, [B, H] a layer, can be carried from event to event at a
/// cost that does not grow with the sequence.
/// </summary>
internal sealed class LinearRecurrentEncoder : SequenceEncoder, ICarriesState
{
    private readonly Linear _enter;
    private readonly ModuleList<LinearRecurrentBlock> _blocks;
    private readonly LayerNorm _norm;
    private readonly int _hidden;

    public LinearRecurrentEncoder(ModelSettings settings)
        : base("lru")
    {
        _hidden = settings.HiddenSize;
        _enter = nn.Linear(settings.Dimensions, settings.HiddenSize);
        _blocks = [.. Enumerable.Range(0, settings.Layers).Select(_ => new LinearRecurrentBlock(settings))];
        _norm = nn.LayerNorm(settings.HiddenSize);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input, Tensor lengths)
    {
        var states = _enter.forward(input);
        foreach (var block in _blocks) states = block.forward(states);
        return _norm.forward(states);
    }

    /// <inheritdoc/>
    public int StateSize => _blocks.Count * _hidden;

    /// <inheritdoc/>
    public (Tensor Output, Tensor State) Advance(Tensor input, Tensor lengths, Tensor state)
    {
        var last = Newest.Positions(lengths, input.shape[1]);
        var states = _enter.forward(input);
        var carried = new Tensor[_blocks.Count];
        for (var layer = 0; layer < carried.Length; layer++)
        {
            (states, carried[layer]) = _blocks[layer].Advance(states, last, state.narrow(1, (long)layer * _hidden, _hidden), newestOnly: layer == carried.Length - 1);
        }

        return (_norm.forward(states), cat(carried, 1));
    }
}

/// <summary>A recurrent and a feed-forward part, each added to what came in.</summary>
internal sealed class LinearRecurrentBlock : nn.Module<Tensor, Tensor>
{
    // Gates begin open for time scales of 1 to this many events, evenly in the logarithm.
    private const double LongestScale = 64;

    private readonly LayerNorm _norm;
    private readonly Linear _gate, _candidate, _leave;
    private readonly FeedForward _feedForward;
    private readonly Dropout _dropout;

    public LinearRecurrentBlock(ModelSettings settings)
        : base("block")
    {
        var h = settings.HiddenSize;
        _norm = nn.LayerNorm(h);
        _gate = nn.Linear(h, h);
        _candidate = nn.Linear(h, h);
        _leave = nn.Linear(h, h);
        _feedForward = new FeedForward(settings);
        _dropout = nn.Dropout(settings.Dropout);
        RegisterComponents();
        using var noGrad = no_grad();
        _gate.bias!.copy_(linspace(0, -Math.Log(LongestScale), h));
    }

    public override Tensor forward(Tensor input)
    {
        var (keep, add) = Gates(input);
        return Leave(input, LinearScan.Run(keep, add));
    }

    /// <summary>Goes on from a state, [B, H].</summary>
    /// <param name="last">See <see cref="Newest.Positions"/>.</param>
    /// <param name="newestOnly">Whether the output is wanted at the last events alone, [B, H], and not [B, L, H].</param>
    public (Tensor Output, Tensor State) Advance(Tensor input, Tensor last, Tensor state, bool newestOnly)
    {
        var (keep, add) = Gates(input);
        add.select(1, 0).addcmul_(keep.select(1, 0), state, Scalars.One);
        var states = LinearScan.Run(keep, add);
        var carried = Newest.At(states, last);
        return (newestOnly ? Leave(Newest.At(input, last), carried) : Leave(input, states), carried);
    }

    private (Tensor Keep, Tensor Add) Gates(Tensor input)
    {
        var x = _norm.forward(input);
        var gate = _gate.forward(x);
        return (gate.neg().sigmoid(), gate.sigmoid().mul(_candidate.forward(x)));
    }

    private Tensor Leave(Tensor input, Tensor state)
    {
        var states = input.add(_dropout.forward(_leave.forward(state)), Scalars.One);
        return states.add(_feedForward.forward(states), Scalars.One);
    }
}
