using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Driftline.Catalog;

/// <summary>Least and largest Euclidean length among some vectors.</summary>
internal readonly record struct Lengths(float Least, float Most)
{
    public static readonly Lengths None = new(float.MaxValue, 0);

    public Lengths With(float length) => new(Math.Min(Least, length), Math.Max(Most, length));
}

/// <summary>One search under way: the best items so far among the rows of one state.</summary>
internal sealed class BestItems
{
    private static readonly Comparer<ScoredItem> WorstFirst = Comparer<ScoredItem>.Create((a, b) =>
        a.Score.CompareTo(b.Score) is var byScore and not 0 ? byScore : string.CompareOrdinal(b.ItemId, a.ItemId));

    private readonly ItemRows _rows;
    private readonly long _state;
    private readonly int _count;
    private readonly ItemAdmission? _filter;
    private readonly IReadOnlyDictionary<string, float> _boosts;
    private readonly float _length;
    private readonly bool _isCosine;
    private readonly PriorityQueue<ScoredItem, ScoredItem> _best = new(WorstFirst); // its head is the worst kept
    private readonly HashSet<int> _boosted = [];

    public BestItems(
        ItemRows rows, long state, float[] query, int count, ItemAdmission? filter, IReadOnlyDictionary<string, float>? boosts, bool isCosine)
    {
        (_rows, _state, Query, _count, _filter, _isCosine) = (rows, state, query, count, filter, isCosine);
        _boosts = boosts ?? new Dictionary<string, float>();
        _length = TensorPrimitives.Norm<float>(query);
    }

    public float[] Query { get; }

    /// <summary>The score below which nothing enters any more.</summary>
    public float Worst { get; private set; } = float.NegativeInfinity;

    /// <summary>The inner product below which no vector of such a length can enter.</summary>
    public float Limit(Lengths lengths) => _isCosine ? Worst * _length * (Worst >= 0 ? lengths.Least : lengths.Most) : Worst;

    /// <summary>The most that a vector of such a length scores whose inner product is at most the one given.</summary>
    public float Score(float upper, Lengths lengths) => _isCosine ? upper / Math.Max(_length * (upper >= 0 ? lengths.Least : lengths.Most), float.Epsilon) : upper;

    /// <summary>Which of the first scores are not below a limit, as bits from the lowest.</summary>
    /// <param name="scores">Shape (32).</param>
    public static uint NotBelow(float limit, ReadOnlySpan<float> scores, int count)
    {
        var below = 0u;
        for (var i = 0; i < CodedRows.BlockRows; i += Vector256<float>.Count)
            below |= Vector256.LessThan(Vector256.Create(scores[i..]), Vector256.Create(limit)).ExtractMostSignificantBits() << i;
        return ~below & (uint)((1ul << count) - 1);
    }

    /// <summary>Takes a row if the state holds it, the filter lets it pass and its score is among the best. An item with a boost is taken by <see cref="OfferBoosted"/> only.</summary>
    public void Offer(int row)
    {
        if (_rows.Holds(row, _state) && !_boosted.Contains(row)) Offer(row, 0);
    }

    /// <summary>The same of an item's row, if it has one.</summary>
    public void Offer(string itemId, int stateRows)
    {
        if (_rows.Find(itemId, _state, stateRows) is var row and >= 0) Offer(row);
    }

    /// <summary>Takes the items that have a boost; before any other is offered.</summary>
    public void OfferBoosted(int stateRows)
    {
        foreach (var (itemId, boost) in _boosts)
            if (_rows.Find(itemId, _state, stateRows) is var row and >= 0 && _boosted.Add(row)) Offer(row, boost);
    }

    /// <summary>Best first.</summary>
    public ScoredItem[] Take()
    {
        var found = new ScoredItem[_best.Count];
        for (var i = found.Length - 1; i >= 0; i--) found[i] = _best.Dequeue();
        return found;
    }

    private void Offer(int row, float boost)
    {
        var itemId = _rows.Ids[row];
        var isFull = _best.Count == _count;
        if (!isFull && !Passes(row)) return; // a filter is cheaper than a row that is not in the cache
        var item = new ScoredItem(itemId, Score(row) + boost);
        if (isFull && (WorstFirst.Compare(item, _best.Peek()) <= 0 || !Passes(row))) return;
        if (isFull) _best.DequeueEnqueue(item, item);
        else _best.Enqueue(item, item);
        if (_best.Count == _count) Worst = _best.Peek().Score;
    }

    private bool Passes(int row) => _filter is null || _filter(_rows.Ids[row], ref _rows.Known[row]);

    private float Score(int row)
    {
        var product = InnerProducts.Of(Query, _rows.Vector(row));
        if (!_isCosine) return product;
        return _length > 0 && _rows.Norms[row] > 0 ? product / _length / _rows.Norms[row] : 0;
    }
}
