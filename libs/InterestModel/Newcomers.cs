using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Driftline.InterestModel;

/// <summary>
/// Items that came after training. No table links to one, so that a <see cref="Blend"/> whose tables carry most would hardly ever show it: the trained items
/// that are most like it stand in for it. Newcomer n has the evidence q(n) = sum_j s_nj q(j), where s_n is a softmax over the cosines of its vector with those of
/// the nearest items that training met. D dimensions, V trained items. For one thread at a time.
/// </summary>
public sealed class Newcomers
{
    private const int StandInsEach = 5;
    private const float Temperature = 0.07f;

    /// <summary>Newcomers that are looked at for an item that stands in.</summary>
    internal const int MostEach = 10;

    private static readonly Comparer<(int Newcomer, float Share)> LargestShareFirst = Comparer<(int Newcomer, float Share)>.Create((a, b) =>
        b.Share.CompareTo(a.Share) is var byShare and not 0 ? byShare : a.Newcomer.CompareTo(b.Newcomer));

    private readonly (int Item, float[] Vector, float Norm)[] _met; // the items that can stand in
    private readonly List<(int Newcomer, float Share)>?[] _standsFor; // by the item that stands in, the largest share first
    private readonly List<Newcomer> _newcomers = [];

    /// <param name="vectors">Of the trained items, [V] of [D].</param>
    /// <param name="met">Whether training met the item, [V]: no other can stand in.</param>
    public Newcomers(IReadOnlyList<float[]> vectors, IReadOnlyList<bool> met)
    {
        _standsFor = new List<(int, float)>?[met.Count];
        _met = [.. vectors.Select((vector, item) => (item, vector, TensorPrimitives.Norm<float>(vector))).Where(one => met[one.item] && one.Item3 > 0)];
    }

    /// <summary>The index after the last newcomer's; the first one's is V.</summary>
    public int End => _standsFor.Length + _newcomers.Count;

    /// <summary>Whether there is one.</summary>
    internal bool Any => _newcomers.Count > 0;

    /// <summary>Takes in a newcomer, or its new vector.</summary>
    /// <param name="item">Its index: <see cref="End"/>, or that of a newcomer.</param>
    /// <param name="vector">[D].</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is a trained item's, or leaves a gap.</exception>
    public void Set(int item, float[] vector)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(item, _standsFor.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(item, End);
        var newcomer = new Newcomer(vector, Nearest(vector));
        if (item == End) _newcomers.Add(newcomer);
        else
        {
            Withdraw(item);
            _newcomers[item - _standsFor.Length] = newcomer;
        }

        foreach (var (standIn, share) in newcomer.StandIns)
        {
            var listed = _standsFor[standIn] ??= [];
            var at = listed.BinarySearch((item, share), LargestShareFirst);
            listed.Insert(at < 0 ? ~at : at, (item, share));
        }
    }

    /// <summary>Nothing stands in for the newcomer any more, which has no evidence then and takes no other's place, until it is set again.</summary>
    /// <param name="item">Its index.</param>
    public void Withdraw(int item)
    {
        foreach (var (standIn, share) in this[item].StandIns) _standsFor[standIn]!.Remove((item, share));
        _newcomers[item - _standsFor.Length] = this[item] with { StandIns = [] };
    }

    /// <summary>
    /// The newcomers for which a trained item stands in most, at most <see cref="MostEach"/>: where newcomers are many times the trained items, what a user costs must not grow with them.
    /// </summary>
    internal ReadOnlySpan<(int Newcomer, float Share)> For(int item) => CollectionsMarshal.AsSpan(_standsFor[item]) is var listed && listed.Length > MostEach ? listed[..MostEach] : listed;

    /// <summary>q(n): what a user's events lead to, by the stand-ins.</summary>
    internal float Recalled(int newcomer, ItemValues recalled)
    {
        float sum = 0;
        foreach (var (standIn, share) in this[newcomer].StandIns) sum += share * recalled[standIn];
        return sum;
    }

    /// <summary>The network's score of a newcomer.</summary>
    /// <param name="user">User vector, [D].</param>
    internal float Logit(int newcomer, ReadOnlySpan<float> user) => TensorPrimitives.Dot(user, this[newcomer].Vector);

    private Newcomer this[int item] => _newcomers[item - _standsFor.Length];

    private (int Item, float Share)[] Nearest(float[] vector)
    {
        var norm = TensorPrimitives.Norm<float>(vector);
        if (norm == 0) return []; // nothing is known of an item without a text
        var nearest = new PriorityQueue<int, float>(); // the furthest first
        foreach (var (item, other, otherNorm) in _met)
        {
            var cosine = TensorPrimitives.Dot(vector, other) / (norm * otherNorm);
            if (nearest.Count < StandInsEach) nearest.Enqueue(item, cosine);
            else nearest.EnqueueDequeue(item, cosine);
        }

        var standIns = nearest.UnorderedItems.ToArray();
        var shares = Array.ConvertAll(standIns, standIn => standIn.Priority / Temperature);
        TensorPrimitives.SoftMax(shares, shares);
        return [.. standIns.Select((standIn, i) => (standIn.Element, shares[i]))];
    }

    private sealed record Newcomer(float[] Vector, (int Item, float Share)[] StandIns);
}
