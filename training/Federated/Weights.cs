using Driftline.InterestModel;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>A network's parameters as one vector, [P], in the order in which the network names them.</summary>
internal static class Weights
{
    /// <summary>A copy. Belongs to the open dispose scope.</summary>
    public static Tensor Of(InterestNetwork network)
    {
        using var noGrad = no_grad();
        return cat([.. network.named_parameters().Select(named => named.parameter.detach().flatten())]);
    }

    /// <summary>Writes a vector into the parameters.</summary>
    public static void Set(InterestNetwork network, Tensor vector)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        long start = 0;
        foreach (var (_, parameter) in network.named_parameters())
        {
            parameter.copy_(vector.narrow(0, start, parameter.numel()).view(parameter.shape));
            start += parameter.numel();
        }
    }

    /// <summary>Where the id embeddings [V + 2, D] begin, and their shape.</summary>
    public static (long Start, long Rows, long Width) Ids(InterestNetwork network)
    {
        long start = 0;
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (name == InterestNetwork.ItemIds) return (start, parameter.shape[0], parameter.shape[1]);
            start += parameter.numel();
        }

        throw new InvalidOperationException($"The network has no parameter {InterestNetwork.ItemIds}.");
    }
}
