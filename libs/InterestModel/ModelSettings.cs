namespace Driftline.InterestModel;

/// <summary>The network's shape and its regularisation: everything but the sizes that the catalogue gives.</summary>
public sealed record ModelSettings
{
    /// <summary>Sequence encoder: one of <see cref="SequenceEncoder.Names"/>.</summary>
    public string Encoder { get; init; } = "gru";

    /// <summary>D: length of item and user vectors.</summary>
    public int Dimensions { get; init; } = 64;

    /// <summary>H: width of the encoder's state.</summary>
    public int HiddenSize { get; init; } = 128;

    /// <summary>Layers of the encoder.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Attention heads of the transformer; they share the state's width out among them.</summary>
    public int Heads { get; init; } = 2;

    /// <summary>Share of inputs and of encoder outputs dropped in training.</summary>
    public double Dropout { get; init; } = 0.2;

    /// <summary>Share of items that live on their text alone in a training step, so that unseen items can.</summary>
    public double IdDropout { get; init; } = 0.1;

    /// <summary>Share of input events whose item is made unknown in a training step.</summary>
    public double UnknownDropout { get; init; } = 0.01;

    /// <summary>Share of the users' attributes made unknown in a training step, so that a user without any works.</summary>
    public double AttributeDropout { get; init; } = 0.25;

    /// <summary>Inputs that the network does not read, of <see cref="ModelInputs.Names"/>: for ablations.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Whether the network is blended with item-to-item associations, see <see cref="Blend"/>.</summary>
    public bool Associations { get; init; } = true;

    /// <summary>Name of the text encoder; a trained model holds the one that <c>auto</c> came to.</summary>
    public string TextEncoder { get; init; } = "hashed-ngrams";

    /// <summary>T: length of the text vectors. 0 is the encoder's own; a trained model holds the real number.</summary>
    public int TextDimensions { get; init; }
}

/// <summary>What the featuriser makes of a sequence. Stored with a model: serving uses the trained model's own.</summary>
public sealed record FeatureSettings
{
    /// <summary>L: the newest events that are read.</summary>
    public int SequenceLength { get; init; } = 50;

    /// <summary>Time after which an event counts half in the observed interest h_t, in days.</summary>
    public double HalfLifeDays { get; init; } = 30;

    /// <summary>Weight of a click in h_t.</summary>
    public double ClickWeight { get; init; } = 1;

    /// <summary>Weight of an addition to the cart in h_t.</summary>
    public double AddToCartWeight { get; init; } = 2;

    /// <summary>Weight of a purchase in h_t.</summary>
    public double PurchaseWeight { get; init; } = 4;

    /// <summary>Weight of a review in h_t.</summary>
    public double ReviewWeight { get; init; } = 3;
}
