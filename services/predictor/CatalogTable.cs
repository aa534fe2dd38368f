using System.Collections.Concurrent;
using driftline.events;
using Driftline.Catalog;
using Driftline.Streaming;

namespace Driftline.Predictor;

/// <summary>The catalogue as the model sees it, from <c>catalog.items</c>.</summary>
public sealed class CatalogTable(WorkSignal signal) : ITable<CatalogItem>
{
    private readonly ConcurrentDictionary<string, CatalogEntry> _items = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _changed = new(StringComparer.Ordinal);

    /// <summary>Every item there is.</summary>
    public IReadOnlyList<CatalogEntry> Items => [.. _items.Values];

    public void Apply(Received<CatalogItem> record)
    {
        var id = record.Key!;
        if (record.Value is { } item)
            _items[id] = new CatalogEntry(id, item.title, [.. item.categories], item.description);
        else
            _items.TryRemove(id, out _);
        _changed[id] = 0;
        signal.Raise();
    }

    /// <summary>Ids that changed since the last call.</summary>
    public IReadOnlyList<string> TakeChanges()
    {
        var taken = new List<string>();
        foreach (var id in _changed.Keys)
        {
            if (_changed.TryRemove(id, out _)) taken.Add(id);
        }

        return taken;
    }

    /// <summary>Puts ids back whose vectors could not be published, or are no longer what was.</summary>
    public void PutBack(IEnumerable<string> ids)
    {
        foreach (var id in ids) _changed[id] = 0;
        signal.Raise();
    }

    public CatalogEntry? Find(string id) => _items.GetValueOrDefault(id);
}
