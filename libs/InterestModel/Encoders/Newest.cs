using TorchSharp;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>Reads padded sequences at their last events.</summary>
internal static class Newest
{
    /// <summary>Where each sequence's last event is in a flattened [B * L], int64 [B]; an empty sequence's is its first padding.</summary>
    /// <param name="lengths">int64 [B].</param>
    /// <param name="length">L.</param>
    public static Tensor Positions(Tensor lengths, long length)
    {
        using Scalar stride = length;
        return lengths.sub(Scalars.One).clamp(min: Scalars.Zero).add(arange(lengths.shape[0], device: lengths.device).mul(stride), Scalars.One);
    }

    /// <summary>[B, L, X] there, [B, X].</summary>
    public static Tensor At(Tensor sequences, Tensor positions) =>
        sequences.shape[1] == 1 ? sequences.select(1, 0) : sequences.flatten(0, 1).index_select(0, positions);
}
