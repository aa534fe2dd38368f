using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>The tensors of a <see cref="FeatureBatch"/>: each [B, L], but <see cref="Lengths"/> [B] and <see cref="Attributes"/> [B, A]; <see cref="Days"/> in float32, the rest in int64.</summary>
public sealed record FeatureTensors(Tensor Items, Tensor Types, Tensor Gaps, Tensor Weeks, Tensor Hours, Tensor Days, Tensor Lengths, Tensor Attributes)
{
    /// <summary>Copies a batch to a device. The tensors belong to the dispose scope that is open.</summary>
    public static FeatureTensors Of(FeatureBatch batch, Device device)
    {
        long[] shape = [batch.Users, batch.Length];
        return new FeatureTensors(
            tensor(batch.Items, shape, device: device), tensor(batch.Types, shape, device: device), tensor(batch.Gaps, shape, device: device),
            tensor(batch.Weeks, shape, device: device), tensor(batch.Hours, shape, device: device), tensor(batch.Days, shape, device: device),
            tensor(Array.ConvertAll(batch.Lengths, length => (long)length), device: device),
            tensor(batch.Attributes, [batch.Users, batch.AttributeCount], device: device));
    }
}
