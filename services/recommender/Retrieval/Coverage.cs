using System.Collections.Concurrent;

namespace Driftline.Recommender.Retrieval;

/// <summary>How much of the catalogue this replica has recommended lately: a recommender that shows everyone the same few items shows here.</summary>
internal sealed class Coverage(CatalogTable catalog, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<string, long> _shown = new(StringComparer.Ordinal);

    /// <summary>Items of the catalogue.</summary>
    public int Catalogue => catalog.Count;

    public void Shown(IEnumerable<string> itemIds)
    {
        var now = time.GetTimestamp();
        foreach (var itemId in itemIds) _shown[itemId] = now;
    }

    /// <summary>Share of the catalogue's items shown within the window, 0 to 1. Forgets what has left it.</summary>
    public double Share()
    {
        foreach (var (itemId, at) in _shown)
        {
            if (time.GetElapsedTime(at) > Window) _shown.TryRemove(KeyValuePair.Create(itemId, at));
        }

        return catalog.Count == 0 ? 0 : (double)_shown.Keys.Count(itemId => catalog.Find(itemId) is not null) / catalog.Count;
    }
}
