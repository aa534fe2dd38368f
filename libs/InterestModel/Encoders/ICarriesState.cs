using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>
/// An encoder that can go on from where it stood: what it keeps of a sequence does not grow with it, so that one event more costs one event.
/// B users, L events, D event dimensions, H state.
/// </summary>
public interface ICarriesState
{
    /// <summary>S: numbers that are kept of a sequence; all zeros before its first event.</summary>
    int StateSize { get; }

    /// <summary>Takes more events.</summary>
    /// <param name="input">Event vectors, [B, L, D]; padding comes last.</param>
    /// <param name="lengths">Events of each sequence, at least 1, in rising order, int64 [B].</param>
    /// <param name="state">What is kept of each sequence so far, [B, S].</param>
    /// <returns>What the whole sequences would give at their last events, [B, H], and what to keep, [B, S].</returns>
    (Tensor Output, Tensor State) Advance(Tensor input, Tensor lengths, Tensor state);
}
