using System.Runtime.CompilerServices;

namespace Driftline.InterestModel;

/// <summary>A number for a few of V items: a row of all of them and a list of those that have one, to be filled again and again.</summary>
/// <param name="items">V.</param>
public sealed class ItemValues(int items)
{
    private readonly float[] _values = new float[items];
    private readonly byte[] _listed = new byte[items];
    private readonly int[] _items = new int[items + 1]; // one more, for what is written before it is known whether it is listed already
    private int _count;

    /// <summary>The items that have a number, in the order in which they came.</summary>
    public ReadOnlySpan<int> Items => _items.AsSpan(0, _count);

    /// <summary>An item's number; 0 for one that has none.</summary>
    public float this[int item] => _values[item];

    internal void Clear()
    {
        foreach (var item in Items) (_values[item], _listed[item]) = (0, 0);
        _count = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // thousands of times a user
    internal void Add(int item, float value)
    {
        _values[item] += value;
        _items[_count] = item;
        _count += 1 - _listed[item]; // no branch: whether an item came before cannot be foretold
        _listed[item] = 1;
    }

    internal void Set(int item, float value) => _values[item] = value;
}
