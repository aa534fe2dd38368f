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
            // By a predictor that could not load the newest release and goes on with an older one: whoever serves the newest looks at the item again.
            if (releases.Newest is { } newest && vector.modelVersion != newest.version && _vectors.TryGetValue(id, out var held) && held.Version == newest.version) catalog.PutBack([id]);
            _vectors[id] = (vector.modelVersion, vector.contentHash);
        }
        else
        {
            _vectors.TryRemove(id, out _);
        }
    }

    /// <summary>A vector has been sent.</summary>
    public void Note(string itemId, string version, long contentHash) => _vectors[itemId] = (version, contentHash);

    /// <summary>A tombstone has been sent.</summary>
    public void Forget(string itemId) => _vectors.TryRemove(itemId, out _);

    public IEnumerable<string> ItemIds => _vectors.Keys;

    public bool Contains(string itemId, string version, long contentHash) => _vectors.TryGetValue(itemId, out var held) && held == (version, contentHash);

    public bool Contains(string itemId) => _vectors.ContainsKey(itemId);
}
