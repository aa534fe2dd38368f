using TorchSharp;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>What an event counts in an observed interest h_t: <c>typeWeight * 2^(-age / halfLife)</c>, for tensors of events; <see cref="ObservedShares"/> is the same without Torch.</summary>
internal static class ObservedWeights
{
    /// <summary>What <see cref="Shares"/> multiplies an age in days by; 0 for an endless half-life.</summary>
    public static Scalar Decay(double halfLifeDays) => -Math.Log(2) / halfLifeDays;

    /// <summary>Each event's share of the weight of all, which the last dimension holds; zeros where none has weight.</summary>
    /// <param name="typeWeights">0 for an event that does not count.</param>
    /// <param name="ageDays">Of the same shape, or one that broadcasts; what is below zero counts as zero.</param>
    /// <param name="decay">See <see cref="Decay"/>.</param>
    public static Tensor Shares(Tensor typeWeights, Tensor ageDays, Scalar decay)
    {
        var weights = typeWeights.mul(ageDays.clamp(min: Scalars.Zero).mul(decay).exp());
        return weights.div(weights.sum(-1, keepdim: true).clamp(min: Scalars.Least));
    }
}
