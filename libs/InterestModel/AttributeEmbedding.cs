using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>
/// What a user's attributes add to each event vector: the sum of one embedding for each of A attributes, [B, A] to [B, 1, D]. The rows of all
/// attributes lie in one table, each attribute's from its own offset; its first is 'unknown'.
/// </summary>
internal sealed class AttributeEmbedding : nn.Module<Tensor, Tensor>
{
    private readonly Embedding _value;
    private readonly Tensor _offset;
    private readonly Scalar _dropout;
    private readonly long[] _first;

    public AttributeEmbedding(AttributeVocabulary vocabulary, ModelSettings settings)
        : base("attributes")
    {
        _dropout = settings.AttributeDropout;
        var offsets = Offsets(vocabulary);
        _value = nn.Embedding(offsets[^1], settings.Dimensions);
        _first = offsets[..^1];
        _offset = tensor(_first);
        RegisterComponents(); // the offsets too: they move with the network to its device
        using var noGrad = no_grad();
        nn.init.normal_(_value.weight!, 0, 1 / Math.Sqrt(settings.Dimensions) / 2);
        foreach (var unknown in _first) _value.weight![unknown].zero_();
    }

    /// <summary>The first row of each attribute, and how many rows there are, [A + 1].</summary>
    public static long[] Offsets(AttributeVocabulary vocabulary)
    {
        var offsets = new long[vocabulary.Count + 1];
        for (var i = 0; i < vocabulary.Count; i++) offsets[i + 1] = offsets[i] + AttributeVocabulary.First + vocabulary.Attributes[i].Values.Count;
        return offsets;
    }

    /// <summary>The table.</summary>
    public Embedding Values => _value;

    /// <summary>The table's rows that a batch reads.</summary>
    public IEnumerable<long> RowsOf(FeatureBatch batch) => batch.Attributes.Select((value, i) => value + _first[i % _first.Length]);

    /// <param name="attributes">Indexes as <see cref="AttributeVocabulary.Encode"/> gives them, int64 [B, A], or [B, 0] where nobody's are known.</param>
    public override Tensor forward(Tensor attributes)
    {
        if (attributes.shape[1] == 0) attributes = zeros(attributes.shape[0], _first.Length, ScalarType.Int64, attributes.device);
        if (training) attributes = attributes.masked_fill(rand(attributes.shape, device: attributes.device).lt(_dropout), Scalars.Zero);
        return _value.forward(attributes.add(_offset, Scalars.One)).sum(1, keepdim: true);
    }
}
