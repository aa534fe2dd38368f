using System.Runtime.InteropServices;

namespace Driftline.InterestModel;

/// <summary>A number for a few of V items: a row of all of them and a list of those that have one, to be filled again and again.</summary>
/// <param name="items">V.</param>
public sealed class ItemValues(int items)
{
    private readonly float[] _values = new float[items];
    private readonly bool[] _listed = new bool[items];
    private readonly List<int> _items = [];

    /// <summary>The items that have a number, in the order in which they came.</summary>
    public ReadOnlySpan<int> Items => CollectionsMarshal.AsSpan(_items);

    /// <summary>An item's number; 0 for one that has none.</summary>
    public float this[int item] => _values[item];

    internal void Clear()
    {
        foreach (var item in _items) (_values[item], _listed[item]) = (0, false);
        _items.Clear();
    }

    internal void Add(int item, float value)
    {
        _values[item] += value;
        if (_listed[item]) return;
        _listed[item] = true;
        _items.Add(item);
    }

    internal void Set(int item, float value) => _values[item] = value;
}
