using System.Collections.Concurrent;
using driftline.events;
using Driftline.Streaming;

namespace Driftline.Predictor;

/// <summary>Which vectors <c>catalog.vectors</c> already holds, so that a restart or a second replica publishes none again.</summary>
public sealed class PublishedVectors(Releases releases, CatalogTable catalog) : ITable<ItemVector>
{
    private readonly ConcurrentDictionary<string, (string Version, long ContentHash)> _vectors = new(StringComparer.Ordinal);

    public void Apply(Received<ItemVector> record)
    {
        var id = record.Key!;
        if (record.Value is { } vector)
        {
            // By a predictor that serves an older release, until it has loaded the newest or because it cannot: whoever serves the newest looks at the item again.
            var isOverwritten = releases.Newest is { } newest && vector.modelVersion != newest.version && _vectors.TryGetValue(id, out var held) && held.Version == newest.version;
            _vectors[id] = (vector.modelVersion, vector.contentHash);
            if (isOverwritten) catalog.PutBack([id]);
        }
        else
        {
            _vectors.TryRemove(id, out _);
        }
    }

    /// <summary>A vector is being sent. Before it is, for what others send of the item may be read before all of a batch is acknowledged.</summary>
    public void Note(string itemId, string version, long contentHash) => _vectors[itemId] = (version, contentHash);

    /// <summary>Sending a vector failed: which one the topic holds is not known.</summary>
    public void Doubt(string itemId) => _vectors[itemId] = ("", 0);

    /// <summary>A tombstone has been sent.</summary>
    public void Forget(string itemId) => _vectors.TryRemove(itemId, out _);

    public IEnumerable<string> ItemIds => _vectors.Keys;

    public bool Contains(string itemId, string version, long contentHash) => _vectors.TryGetValue(itemId, out var held) && held == (version, contentHash);

    public bool Contains(string itemId) => _vectors.ContainsKey(itemId);
}
