using System.Numerics.Tensors;

namespace Driftline.Catalog;

/// <summary>One item that a search found.</summary>
/// <param name="Score">Inner product of the query with the item's vector, plus the item's boost if it has one.</param>
public readonly record struct ScoredItem(string ItemId, float Score);

/// <summary>
/// Exact top-k by inner product over item vectors of one model version, kept as rows of one contiguous matrix.
/// <para>
/// One writer at a time (writes take a lock among themselves); any number of searches, which take no lock and see one consistent state: a write
/// appends a row beyond what published states can see and marks the item's older row as ended by this state's number, so a reader of an older
/// state still finds exactly the rows that were current in it.
/// </para>
/// </summary>
public sealed class VectorIndex
{
    private const int FirstCapacity = 256;
    private const long Never = long.MaxValue;

    private readonly Lock _writing = new();
    private readonly Dictionary<string, int> _rowOf = new(StringComparer.Ordinal);
    private volatile State _state;

    /// <param name="dimensions">Length of every vector.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dimensions"/> is not positive.</exception>
    public VectorIndex(int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        Dimensions = dimensions;
        _state = new State(0, 0, 0, [], [], [], []);
    }

    public int Dimensions { get; }

    /// <summary>Items in the newest state.</summary>
    public int Count => _state.Live;

    /// <summary>Adds an item or replaces its vector.</summary>
    /// <param name="vector">Shape (Dimensions).</param>
    /// <exception cref="ArgumentException">The vector has another length, or holds a number that is not finite.</exception>
    public void Upsert(string itemId, ReadOnlySpan<float> vector)
    {
        Check(vector, nameof(vector));
        lock (_writing)
        {
            var state = _state.Rows == _state.Ids.Length ? Rebuild(_state) : _state;
            var row = state.Rows;
            var number = state.Number + 1;
            vector.CopyTo(state.Matrix.AsSpan(row * Dimensions, Dimensions));
            state.Norms[row] = TensorPrimitives.Norm(vector);
            state.Ids[row] = itemId;
            state.EndedBy[row] = Never;
            var isNew = !_rowOf.TryGetValue(itemId, out var old);
            if (!isNew) Volatile.Write(ref state.EndedBy[old], number);
            _rowOf[itemId] = row;
            _state = state with { Number = number, Rows = row + 1, Live = state.Live + (isNew ? 1 : 0) };
        }
    }

    /// <summary>Takes an item out.</summary>
    /// <returns>False if it was not there.</returns>
    public bool Remove(string itemId)
    {
        lock (_writing)
        {
            if (!_rowOf.Remove(itemId, out var row)) return false;
            var number = _state.Number + 1;
            Volatile.Write(ref _state.EndedBy[row], number);
            _state = _state with { Number = number, Live = _state.Live - 1 };
            return true;
        }
    }

    /// <summary>A copy of the newest vectors of these items, in their order; null for an item that has none. Waits for a write that is under way.</summary>
    public float[]?[] VectorsOf(IReadOnlyList<string> itemIds)
    {
        var vectors = new float[]?[itemIds.Count];
        lock (_writing)
        {
            for (var i = 0; i < vectors.Length; i++)
                if (_rowOf.TryGetValue(itemIds[i], out var row)) vectors[i] = _state.Matrix.AsSpan(row * Dimensions, Dimensions).ToArray();
        }

        return vectors;
    }

    /// <summary>The best items, best first; equal scores by item id (ordinal).</summary>
    /// <param name="query">Shape (Dimensions).</param>
    /// <param name="count">Most items wanted.</param>
    /// <param name="filter">Only items for which this holds take part; asked only of items that would otherwise enter the answer.</param>
    /// <param name="boosts">Added to the scores of the items that it names.</param>
    /// <param name="cosine">True scores by the cosine of the two vectors, 0 where one has no length, instead of by their inner product.</param>
    /// <exception cref="ArgumentException">The query has another length, or holds a number that is not finite.</exception>
    public IReadOnlyList<ScoredItem> Search(
        ReadOnlySpan<float> query, int count, Func<string, bool>? filter = null, IReadOnlyDictionary<string, float>? boosts = null, bool cosine = false)
    {
        Check(query, nameof(query));
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0) return [];
        var state = _state;
        var length = cosine ? TensorPrimitives.Norm(query) : 0;
        var best = new PriorityQueue<ScoredItem, ScoredItem>(WorstFirst); // its head is the worst kept
        for (var row = 0; row < state.Rows; row++)
        {
            if (Volatile.Read(ref state.EndedBy[row]) <= state.Number) continue;
            var score = TensorPrimitives.Dot(query, state.Matrix.AsSpan(row * Dimensions, Dimensions));
            if (cosine) score = length > 0 && state.Norms[row] > 0 ? score / length / state.Norms[row] : 0;
            if (boosts?.TryGetValue(state.Ids[row], out var boost) == true) score += boost;
            var item = new ScoredItem(state.Ids[row], score);
            if (best.Count == count && WorstFirst.Compare(item, best.Peek()) <= 0) continue;
            if (filter is not null && !filter(item.ItemId)) continue;
            if (best.Count == count) best.DequeueEnqueue(item, item);
            else best.Enqueue(item, item);
        }

        var found = new ScoredItem[best.Count];
        for (var i = found.Length - 1; i >= 0; i--) found[i] = best.Dequeue();
        return found;
    }

    private static readonly Comparer<ScoredItem> WorstFirst = Comparer<ScoredItem>.Create((a, b) =>
        a.Score.CompareTo(b.Score) is var byScore and not 0 ? byScore : string.CompareOrdinal(b.ItemId, a.ItemId));

    /// <summary>Copies the live rows into new arrays, with as much room again; readers of older states keep the old arrays.</summary>
    private State Rebuild(State old)
    {
        var capacity = Math.Max(FirstCapacity, checked(old.Live * 2));
        var next = new State(old.Number, 0, old.Live, new float[checked(capacity * Dimensions)], new float[capacity], new string[capacity], new long[capacity]);
        var rows = 0;
        for (var row = 0; row < old.Rows; row++)
        {
            if (old.EndedBy[row] != Never) continue;
            old.Matrix.AsSpan(row * Dimensions, Dimensions).CopyTo(next.Matrix.AsSpan(rows * Dimensions));
            next.Norms[rows] = old.Norms[row];
            next.Ids[rows] = old.Ids[row];
            next.EndedBy[rows] = Never;
            _rowOf[old.Ids[row]] = rows++;
        }

        return next with { Rows = rows };
    }

    private void Check(ReadOnlySpan<float> vector, string name)
    {
        if (vector.Length != Dimensions) throw new ArgumentException($"The vector has {vector.Length} dimensions; this index holds vectors of {Dimensions}.", name);
        foreach (var number in vector)
            if (!float.IsFinite(number)) throw new ArgumentException("The vector holds a number that is not finite.", name);
    }

    /// <param name="Number">Grows by one with each write.</param>
    /// <param name="Rows">Rows that readers of this state may look at.</param>
    /// <param name="Matrix">Shape (capacity, Dimensions), row-major.</param>
    /// <param name="Norms">Euclidean length of each row.</param>
    /// <param name="EndedBy">For each row the number of the first state that no longer holds it.</param>
    private sealed record State(long Number, int Rows, int Live, float[] Matrix, float[] Norms, string[] Ids, long[] EndedBy);
}
