using Driftline.InterestModel;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>Cross-entropy of the next item: over the whole catalogue, or over a sample of a large one.</summary>
internal static class NextItemLoss
{
    // Logits that are held at a time: few enough for a processor's cache; on a GPU, enough to fill it.
    private const long LogitsAtATime = 1 << 20, LogitsAtATimeOnGpu = 1 << 26;

    /// <summary>
    /// Softmax over all items. The logits are made for a few positions at a time and turned into their gradient, softmax - 1 at the target, on the
    /// spot: on a CPU they never pass through memory, whose speed would bound training, and are never held whole.
    /// </summary>
    /// <param name="users">[M, D].</param>
    /// <param name="table">[V + 2, D].</param>
    /// <param name="targets">Rows of the table, int64 [M].</param>
    public static Tensor Full(Tensor users, Tensor table, Tensor targets)
    {
        var items = table.narrow(0, ItemRows.First, table.shape[0] - ItemRows.First);
        var (value, ofUsers, ofItems) = Gradients(users.detach(), items.detach(), targets - ItemRows.First);
        var carrier = (users * ofUsers).sum() + (items * ofItems).sum();    // has these gradients
        return carrier + (value - carrier.detach());
    }

    // The mean loss and its gradients by the users, [M, D], and by the items, [V, D].
    private static (Tensor Value, Tensor OfUsers, Tensor OfItems) Gradients(Tensor users, Tensor items, Tensor targets)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (count, byItem) = (users.shape[0], items.t());
        var (value, ofUsers, ofItems) = (tensor(0f, device: users.device), empty_like(users), zeros_like(items));
        var share = 1.0 / count;
        var rows = Math.Max(1, (users.device_type == TorchSharp.DeviceType.CPU ? LogitsAtATime : LogitsAtATimeOnGpu) / items.shape[0]);
        for (long start = 0; start < count; start += rows)
        {
            using var pass = NewDisposeScope();
            var some = Math.Min(rows, count - start);
            var (user, target) = (users.narrow(0, start, some), targets.narrow(0, start, some).unsqueeze(1));
            var logits = user.mm(byItem);                                                                       // [rows, V]
            var max = logits.amax([1], keepdim: true);
            var ofTargets = logits.gather(1, target) - max;
            var gradient = logits.sub_(max).exp_();
            var z = gradient.sum(1, keepdim: true);
            value.add_((z.log() - ofTargets).sum());
            gradient.mul_(share / z);
            gradient.scatter_add_(1, target, full(target.shape, -share, dtype: users.dtype, device: users.device));
            ofUsers.narrow(0, start, some).copy_(gradient.mm(items));
            ofItems.addmm_(gradient.t(), user, 1, 1);
        }

        value.mul_(share);
        scope.MoveToOuter(value, ofUsers, ofItems);
        return (value, ofUsers, ofItems);
    }

    /// <summary>
    /// Softmax over the target and S uniform samples that all positions share. A sample stands for V / S items, so the log of that is
    /// added to its logit. A sample that is a position's own target does not count there: the sum over the samples then estimates the sum over
    /// all other items without bias (Bengio and Senecal 2008, doi:10.1109/TNN.2007.912312).
    /// </summary>
    public static Tensor Sampled(Tensor users, Tensor table, Tensor targets, int samples)
    {
        var count = table.shape[0] - ItemRows.First;
        var drawn = randint(ItemRows.First, table.shape[0], [samples], dtype: ScalarType.Int64, device: users.device);
        var negatives = users.mm(table.index_select(0, drawn).t()) + Math.Log(count / (double)samples);                  // [M, S]
        negatives = negatives.masked_fill(drawn.unsqueeze(0) == targets.unsqueeze(1), float.NegativeInfinity);
        var positives = (users * table.index_select(0, targets)).sum(1, keepdim: true);                                   // [M, 1]
        return nn.functional.cross_entropy(cat([positives, negatives], 1), zeros_like(targets));
    }
}
