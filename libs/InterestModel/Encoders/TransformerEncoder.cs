using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>
/// Causal self-attention over the events (SASRec: Kang and McAuley 2018, arXiv:1808.09781), layer norm before each part. Positions enter as
/// a penalty on attention that grows with distance, at a rate of each head's own (ALiBi: Press et al. 2022, arXiv:2108.12409), so that
/// sequences longer than those of training are no special case.
/// </summary>
internal sealed class TransformerEncoder : SequenceEncoder
{
    private readonly Linear _enter;
    private readonly ModuleList<AttentionBlock> _blocks;
    private readonly LayerNorm _norm;
    private readonly int _heads;

    public TransformerEncoder(ModelSettings settings)
        : base("transformer")
    {
        _heads = settings.Heads;
        _enter = nn.Linear(settings.Dimensions, settings.HiddenSize);
        _blocks = [.. Enumerable.Range(0, settings.Layers).Select(_ => new AttentionBlock(settings))];
        _norm = nn.LayerNorm(settings.HiddenSize);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input, Tensor lengths)
    {
        var penalty = Penalty(input.shape[1], input.device);
        var states = _enter.forward(input);
        foreach (var block in _blocks) states = block.forward(states, penalty);
        return _norm.forward(states);
    }

    /// <summary>[heads, L, L]: minus slope times distance for the past, minus infinity for the future; slopes 2^(-8 (h + 1) / heads).</summary>
    private Tensor Penalty(long length, Device device)
    {
        var position = arange(length, dtype: ScalarType.Float32, device: device);
        var distance = position.unsqueeze(1).sub(position.unsqueeze(0));                                  // [L, L]; negative is the future
        var slopes = tensor(Enumerable.Range(0, _heads).Select(head => (float)Math.Pow(2, -8.0 * (head + 1) / _heads)).ToArray(), [_heads, 1, 1], device: device);
        return distance.neg().unsqueeze(0).mul(slopes).masked_fill(distance.lt(Scalars.Zero), Scalars.MinusInfinity);
    }
}

/// <summary>Self-attention and a feed-forward part, each added to what came in.</summary>
internal sealed class AttentionBlock : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly LayerNorm _attentionNorm;
    private readonly Linear _queryKeyValue, _leave;
    private readonly FeedForward _feedForward;
    private readonly Dropout _dropout;
    private readonly int _heads;

    public AttentionBlock(ModelSettings settings)
        : base("block")
    {
        var h = settings.HiddenSize;
        _heads = settings.Heads;
        _attentionNorm = nn.LayerNorm(h);
        _queryKeyValue = nn.Linear(h, 3 * h);
        _leave = nn.Linear(h, h);
        _feedForward = new FeedForward(settings);
        _dropout = nn.Dropout(settings.Dropout);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input, Tensor penalty)
    {
        var (b, l, h) = (input.shape[0], input.shape[1], input.shape[2]);
        var parts = _queryKeyValue.forward(_attentionNorm.forward(input)).view(b, l, 3, _heads, h / _heads).permute(2, 0, 3, 1, 4).unbind(0);
        var attended = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], penalty.unsqueeze(0).expand(b, -1, -1, -1));
        var states = input.add(_dropout.forward(_leave.forward(attended.transpose(1, 2).reshape(b, l, h))), Scalars.One);
        return states.add(_feedForward.forward(states), Scalars.One);
    }
}

/// <summary>Layer norm, a GELU layer of twice the width, and back: [.., H] to [.., H].</summary>
internal sealed class FeedForward : nn.Module<Tensor, Tensor>
{
    private readonly LayerNorm _norm;
    private readonly Linear _widen, _narrow;
    private readonly Dropout _dropout;

    public FeedForward(ModelSettings settings)
        : base("feed_forward")
    {
        _norm = nn.LayerNorm(settings.HiddenSize);
        _widen = nn.Linear(settings.HiddenSize, 2 * settings.HiddenSize);
        _narrow = nn.Linear(2 * settings.HiddenSize, settings.HiddenSize);
        _dropout = nn.Dropout(settings.Dropout);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) =>
        _dropout.forward(_narrow.forward(_dropout.forward(nn.functional.gelu(_widen.forward(_norm.forward(input))))));
}
