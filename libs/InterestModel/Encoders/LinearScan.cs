using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Driftline.InterestModel;

/// <summary>
/// h_t = k_t h_{t-1} + a_t along the second dimension, with h before the first event zero. On CPUs one pass over the memory, and one back for the
/// gradients: g_t = dh_t + k_{t+1} g_{t+1}, da_t = g_t, dk_t = g_t h_{t-1}. Elsewhere log2(L) passes that run in parallel (Hillis and Steele 1986,
/// doi:10.1145/7902.7903).
/// </summary>
internal static class LinearScan
{
    /// <summary>h, [B, L, H].</summary>
    /// <param name="keep">k, float32 [B, L, H].</param>
    /// <param name="add">a, of the same shape.</param>
    public static Tensor Run(Tensor keep, Tensor add)
    {
        if (keep.device_type != DeviceType.CPU) return InParallel(keep, add);
        return is_grad_enabled() && (keep.requires_grad || add.requires_grad) ? InSequence.apply(keep, add) : Forward(keep.contiguous(), add.contiguous());
    }

    /// <summary>The same in log2(L) passes over everything, on any device.</summary>
    internal static Tensor InParallel(Tensor keep, Tensor add)
    {
        var length = keep.shape[1];
        // After the pass with shift s, add[t] sums the last 2s inputs and keep[t] is the decay over them.
        for (long shift = 1; shift < length; shift *= 2)
        {
            add = add.addcmul(keep, Later(add, shift), Scalars.One);
            if (2 * shift < length) keep = keep.mul(Later(keep, shift));
        }

        return add;
    }

    private static Tensor Later(Tensor x, long shift) =>
        cat([zeros(x.shape[0], shift, x.shape[2], device: x.device), x.narrow(1, 0, x.shape[1] - shift)], 1);

    private static Tensor Forward(Tensor keep, Tensor add)
    {
        var states = empty_like(add);
        Span<float> k = Values(keep), a = Values(add), h = Values(states);
        var (row, width) = (Row(keep), Width(keep));
        for (var at = 0; at < h.Length; at += width)
        {
            if (at % row == 0) a.Slice(at, width).CopyTo(h[at..]);
            else TensorPrimitives.MultiplyAdd(k.Slice(at, width), h.Slice(at - width, width), a.Slice(at, width), h.Slice(at, width));
        }

        return states;
    }

    private static (Tensor OfKeep, Tensor OfAdd) Backward(Tensor keep, Tensor states, Tensor gradient)
    {
        var (ofKeep, ofAdd) = (empty_like(keep), gradient.contiguous().clone());
        Span<float> k = Values(keep), h = Values(states), dk = Values(ofKeep), da = Values(ofAdd);
        var (row, width) = (Row(keep), Width(keep));
        for (var at = da.Length - width; at >= 0; at -= width)
        {
            var own = da.Slice(at, width);
            if (at % row == 0)
            {
                dk.Slice(at, width).Clear();
                continue;
            }

            TensorPrimitives.Multiply(own, h.Slice(at - width, width), dk.Slice(at, width));
            var before = da.Slice(at - width, width);
            TensorPrimitives.MultiplyAdd(own, k.Slice(at, width), before, before);
        }

        return (ofKeep, ofAdd);
    }

    private static int Width(Tensor x) => (int)x.shape[2];

    private static int Row(Tensor x) => (int)(x.shape[1] * x.shape[2]);

    private static Span<float> Values(Tensor x) => MemoryMarshal.Cast<byte, float>(x.bytes);

    private sealed class InSequence : autograd.SingleTensorFunction<InSequence>
    {
        public override string Name => nameof(LinearScan);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (keep, add) = (((Tensor)vars[0]).contiguous(), ((Tensor)vars[1]).contiguous());
            var states = Forward(keep, add);
            ctx.save_for_backward([keep, states]);
            return states;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var (ofKeep, ofAdd) = Backward(saved[0], saved[1], grad_output);
            return [ofKeep, ofAdd];
        }
    }
}
