using System.Collections.Concurrent;
using driftline.events;
using Driftline.Catalog;
using Driftline.Schemas;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Retrieval;

/// <summary>
/// An index for each model version seen in <c>catalog.vectors</c>: a user vector is only ever scored against its own version's items.
/// <para>
/// A version is dropped when all of this has held for <see cref="RecommenderOptions.SupersededVersionGrace"/>: it is no model's current release;
/// a current release's index holds at least as many items; and none of its own vectors has arrived. Users whose interests still carry
/// a dropped version get trending items, and are told why, until their next update.
/// </para>
/// </summary>
internal sealed class VectorTable(
    ReleaseTable releases, VectorEngine engine, IOptions<RecommenderOptions> options, TimeProvider time, ILogger<VectorTable> log) : ITable<ItemVector>
{
    private readonly ConcurrentDictionary<string, Version> _versions = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, int> Counts => _versions.ToDictionary(version => version.Key, version => version.Value.Index.Count, StringComparer.Ordinal);

    public void Apply(Received<ItemVector> record)
    {
        if (record.Key is not { Length: > 0 } itemId) return;
        var topic = record.Position.Topic;
        if (record.Value is not { } item)
        {
            // Only where it was written: between the topics of two models there is no order.
            foreach (var version in _versions.Values.Where(version => version.Topic == topic)) version.Index.Remove(itemId);
            return;
        }

        var vector = item.vector as float[] ?? [.. item.vector];
        var target = _versions.GetOrAdd(item.modelVersion, version => new Version(engine.Open(version, vector.Length)) { Topic = topic });
        if (topic == Topics.CatalogVectors.Name) target.Topic = topic; // a challenger that won
        target.Index.Upsert(itemId, vector);
        target.LastWrite = time.GetUtcNow();
        DropSuperseded();
    }

    /// <summary>
    /// The version that serves: of those in <c>catalog.vectors</c> the one with the most items, the current release's among equals. So a release that is still being
    /// loaded, or was refused, does not stand in for the one before it. Null where no item has a vector.
    /// </summary>
    public string? Serving => _versions.Where(version => version.Value.Topic == Topics.CatalogVectors.Name && version.Value.Index.Count > 0)
        .OrderByDescending(version => version.Value.Index.Count).ThenByDescending(version => releases.IsCurrent(version.Key)).ThenByDescending(version => version.Value.LastWrite)
        .Select(version => version.Key).FirstOrDefault();

    /// <summary>Null when no item has a vector of that version here.</summary>
    public IItemIndex? IndexOf(string modelVersion)
    {
        DropSuperseded();
        return _versions.TryGetValue(modelVersion, out var version) && version.Index.Count > 0 ? version.Index : null;
    }

    private void DropSuperseded()
    {
        if (_versions.Count < 2) return;
        var now = time.GetUtcNow();
        foreach (var (name, version) in _versions)
        {
            var superseded = !releases.IsCurrent(name)
                && _versions.Any(other => releases.IsCurrent(other.Key) && other.Value.Index.Count >= version.Index.Count);
            if (!superseded) version.SupersededSince = null;
            else version.SupersededSince ??= now;
            if (version.SupersededSince is not { } since || Later(since, version.LastWrite) + options.Value.SupersededVersionGrace > now) continue;
            if (!_versions.TryRemove(name, out var dropped)) continue;
            dropped.Index.Drop();
            Log.VersionDropped(log, name);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private sealed class Version(IItemIndex index)
    {
        private readonly Lock _lock = new();
        private DateTimeOffset _lastWrite;
        private DateTimeOffset? _supersededSince;
        private volatile string _topic = "";

        /// <summary>The serving model's, or the challenger's while no vector has come from there.</summary>
        public string Topic
        {
            get => _topic;
            set => _topic = value;
        }

        public IItemIndex Index => index;

        public DateTimeOffset LastWrite
        {
            get { lock (_lock) return _lastWrite; }
            set { lock (_lock) _lastWrite = value; }
        }

        /// <summary>When this was first seen to be superseded; null while it is not.</summary>
        public DateTimeOffset? SupersededSince
        {
            get { lock (_lock) return _supersededSince; }
            set { lock (_lock) _supersededSince = value; }
        }
    }
}
