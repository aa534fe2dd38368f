using System.Collections.Concurrent;

namespace Driftline.Catalog;

/// <summary>
/// Vectors of items as rows of one matrix. Rows are written once, in order; an item's newer row ends its older one. One writer; a reader knows from its state how
/// many rows it may look at, and which of those are current in it.
/// </summary>
internal sealed class ItemRows(int capacity, int dimensions)
{
    private const long Never = long.MaxValue;

    /// <summary>The newest row of each item, ended or not.</summary>
    private readonly ConcurrentDictionary<string, int> _newest = new(StringComparer.Ordinal);
    private readonly int[] _older = new int[capacity];
    private readonly long[] _endedBy = new long[capacity];

    public int Capacity => capacity;

    /// <summary>Shape (capacity, dimensions), row-major.</summary>
    public float[] Matrix { get; } = new float[checked(capacity * dimensions)];

    /// <summary>Euclidean length of each row.</summary>
    public float[] Norms { get; } = new float[capacity];

    public string[] Ids { get; } = new string[capacity];

    /// <summary>What searches' filters know of each row's item.</summary>
    public object?[] Known { get; } = new object?[capacity];

    public ReadOnlySpan<float> Vector(int row) => Matrix.AsSpan(row * dimensions, dimensions);

    /// <summary>Whether a state holds a row that it may look at.</summary>
    public bool Holds(int row, long state) => Volatile.Read(ref _endedBy[row]) > state;

    /// <summary>The row that an item has in a state, or -1.</summary>
    /// <param name="rows">Rows that the state may look at.</param>
    public int Find(string itemId, long state, int rows)
    {
        if (!_newest.TryGetValue(itemId, out var row)) return -1;
        while (row >= rows) row = _older[row];
        return row >= 0 && Holds(row, state) ? row : -1;
    }

    /// <summary>Writes a row beyond those of the states that readers have.</summary>
    /// <param name="state">The first state that is to hold it.</param>
    /// <returns>True if the item had no row before.</returns>
    public bool Write(int row, string itemId, ReadOnlySpan<float> vector, float norm, long state)
    {
        vector.CopyTo(Matrix.AsSpan(row * dimensions));
        (Norms[row], Ids[row], _endedBy[row]) = (norm, itemId, Never);
        _older[row] = _newest.GetValueOrDefault(itemId, -1);
        var isNew = !End(_older[row], state);
        _newest[itemId] = row;
        return isNew;
    }

    /// <returns>False if the item has no row.</returns>
    public bool Remove(string itemId, long state) => End(_newest.GetValueOrDefault(itemId, -1), state);

    private bool End(int row, long state)
    {
        if (row < 0 || _endedBy[row] != Never) return false;
        Volatile.Write(ref _endedBy[row], state);
        return true;
    }
}
