using Driftline.InterestModel;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>Cross-entropy of the next item: over the whole catalogue, or over a sample of a large one.</summary>
internal static class NextItemLoss
{
    /// <summary>Softmax over all items.</summary>
    /// <param name="users">[M, D].</param>
    /// <param name="table">[V + 2, D].</param>
    /// <param name="targets">Rows of the table, int64 [M].</param>
    public static Tensor Full(Tensor users, Tensor table, Tensor targets)
    {
        var items = table.narrow(0, ItemRows.First, table.shape[0] - ItemRows.First);
        return nn.functional.cross_entropy(users.mm(items.t()), targets - ItemRows.First);
    }

    /// <summary>
    /// Softmax over the target and S uniform samples that all positions share. A sample stands for (V - 1) / S items, so the log of that is
    /// added to its logit: the sum over the samples then estimates the sum over the catalogue without bias (Bengio and Senecal 2008,
    /// doi:10.1109/TNN.2007.912312). A sample that is a position's own target does not count there.
    /// </summary>
    public static Tensor Sampled(Tensor users, Tensor table, Tensor targets, int samples)
    {
        var count = table.shape[0] - ItemRows.First;
        var drawn = randint(ItemRows.First, table.shape[0], [samples], dtype: ScalarType.Int64, device: users.device);
        var negatives = users.mm(table.index_select(0, drawn).t()) + Math.Log((count - 1) / (double)samples);            // [M, S]
        negatives = negatives.masked_fill(drawn.unsqueeze(0) == targets.unsqueeze(1), float.NegativeInfinity);
        var positives = (users * table.index_select(0, targets)).sum(1, keepdim: true);                                   // [M, 1]
        return nn.functional.cross_entropy(cat([positives, negatives], 1), zeros_like(targets));
    }
}
