using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>
/// Turns event vectors [B, L, D] into states [B, L, H]. Sequences begin at position 0; padding comes last. B users, L events, D event
/// dimensions, H state.
/// </summary>
public abstract class SequenceEncoder(string name) : nn.Module<Tensor, Tensor, Tensor>(name)
{
    /// <summary>Names that <see cref="Create"/> knows.</summary>
    public static readonly IReadOnlyList<string> Names = ["gru", "lstm", "bigru", "transformer", "lru"];

    /// <summary>Whether the encoder of that name goes through sequences event by event; the others compute with all events at once.</summary>
    public static bool GoesByEvent(string name) => name is "gru" or "lstm" or "bigru";

    /// <summary>
    /// Whether the state at a position depends on no later one, so that every position can be trained on. If not, only the state at a
    /// sequence's last event means anything.
    /// </summary>
    public virtual bool Causal => true;

    /// <param name="input">[B, L, D].</param>
    /// <param name="lengths">Events of each sequence, int64 [B].</param>
    public abstract override Tensor forward(Tensor input, Tensor lengths);

    /// <exception cref="ArgumentException">No encoder has that name.</exception>
    public static SequenceEncoder Create(ModelSettings settings) => settings.Encoder switch
    {
        "gru" => new GruEncoder(settings),
        "lstm" => new LstmEncoder(settings),
        "bigru" => new BidirectionalEncoder(settings),
        "transformer" => new TransformerEncoder(settings),
        "lru" => new LinearRecurrentEncoder(settings),
        _ => throw new ArgumentException($"encoder: '{settings.Encoder}' is not known. Known: {string.Join(", ", Names)}."),
    };
}
