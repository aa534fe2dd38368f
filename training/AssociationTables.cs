using Driftline.Catalog;
using Driftline.InterestModel;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>Fills the tables of <see cref="Associations"/> from training events and texts.</summary>
internal static class AssociationTables
{
    // An event beside the next counts 1, one further on this much of it; what comes before counts less than what comes after.
    // Near is what follows; wide is what belongs together, where the popular must not win by being everywhere.
    private static readonly (string Name, int Window, float Decay, float Backward, float Discount)[] Counted =
        [("near", 5, 0.6f, 0.7f, 0), ("wide", 20, 0.9f, 0.7f, 0.5f)];

    // Keeps an item that was met a few times from being certain of what follows it: shares are counts / (sum of counts + this).
    private const float Shrinkage = 5;

    private const float TextTemperature = 0.07f;
    private const int RowsPerPass = 512;

    /// <summary>Counts what goes with what.</summary>
    /// <param name="occurrences">Over which events.</param>
    public static void Count(Associations associations, Occurrences occurrences)
    {
        foreach (var (name, window, decay, backward, discount) in Counted)
        {
            var rows = occurrences.Decayed(window, decay, backward, discount, Associations.LinksPerItem, shrinkage: Shrinkage);
            associations.Set(name, item => rows[item]);
        }
    }

    /// <summary>Fills the table of near texts.</summary>
    /// <param name="centred">The items' text vectors; null leaves it empty.</param>
    public static void Link(Associations associations, TextVectors? centred) => associations.Set("text", centred is null ? _ => ([], []) : TextRows(centred));

    /// <summary>The items of the nearest texts, by a softmax over their cosines; nothing for an item without a text.</summary>
    private static Func<int, (int[] Items, float[] Shares)> TextRows(TextVectors centred)
    {
        var rows = new (int[] Items, float[] Shares)[centred.Count];
        var keep = Math.Min(Associations.LinksPerItem, centred.Count - 1);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var all = tensor(centred.Values, [centred.Count, centred.Dimensions]);
        var missing = all.abs().sum(1).eq(0);
        for (var start = 0; start < centred.Count; start += RowsPerPass)
        {
            using var pass = NewDisposeScope();
            var count = Math.Min(RowsPerPass, centred.Count - start);
            var cosines = all.narrow(0, start, count).mm(all.t()).masked_fill(missing.unsqueeze(0), float.NegativeInfinity);
            cosines.diagonal(start).fill_(float.NegativeInfinity);
            var (values, indexes) = cosines.topk(keep, 1);
            var shares = (values / TextTemperature).softmax(1).data<float>().ToArray();
            var items = indexes.data<long>().ToArray();
            for (var i = 0; i < count; i++)
            {
                var none = !centred[start + i].ContainsAnyExcept(0f) || float.IsNaN(shares[i * keep]);
                rows[start + i] = none ? ([], []) : ([.. items.AsSpan(i * keep, keep).ToArray().Select(item => (int)item)], shares[(i * keep)..((i + 1) * keep)]);
            }
        }

        return item => rows[item];
    }
}
