using System.Collections.Concurrent;
using driftline.events;
using Driftline.Streaming;

namespace Driftline.Predictor;

/// <summary>Which vectors <c>catalog.vectors</c> already holds, so that a restart or a second replica publishes none again.</summary>
public sealed class PublishedVectors : ITable<ItemVector>
{
    private readonly ConcurrentDictionary<string, (string Version, long ContentHash)> _vectors = new(StringComparer.Ordinal);

    public void Apply(Received<ItemVector> record)
    {
        if (record.Value is { } vector)
            _vectors[record.Key!] = (vector.modelVersion, vector.contentHash);
        else
            _vectors.TryRemove(record.Key!, out _);
    }

    /// <summary>A vector has been sent.</summary>
    public void Note(string itemId, string version, long contentHash) => _vectors[itemId] = (version, contentHash);

    /// <summary>A tombstone has been sent.</summary>
    public void Forget(string itemId) => _vectors.TryRemove(itemId, out _);

    public IEnumerable<string> ItemIds => _vectors.Keys;

    public bool Contains(string itemId, string version, long contentHash) => _vectors.TryGetValue(itemId, out var held) && held == (version, contentHash);

    public bool Contains(string itemId) => _vectors.ContainsKey(itemId);
}
