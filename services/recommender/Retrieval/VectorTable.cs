using System.Collections.Concurrent;
using driftline.events;
using Driftline.Catalog;
using Driftline.Schemas;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Retrieval;

/// <summary>
/// An index for each model version seen in <c>catalog.vectors</c>, or in a challenger's: a user vector is only ever scored against its own version's items. A version that is in both,
/// as when a challenger has won, has two, for between topics there is no order.
/// <para>
/// A version is dropped when all of this has held for <see cref="RecommenderOptions.SupersededVersionGrace"/>: it is not the current release of its topic's model; the
/// current release's index holds at least as many items; and none of its own vectors has arrived. Users whose interests still carry
/// a dropped version get trending items, and are told why, until their next update.
/// </para>
/// </summary>
internal sealed class VectorTable(
    ReleaseTable releases, VectorEngine engine, IOptions<RecommenderOptions> options, TimeProvider time, ILogger<VectorTable> log) : ITable<ItemVector>
{
    private static readonly string Main = Topics.CatalogVectors.Name;

    private readonly ConcurrentDictionary<(string Model, string Topic), Version> _versions = new();

    public IReadOnlyDictionary<string, int> Counts => _versions.GroupBy(version => version.Key.Model, StringComparer.Ordinal)
        .ToDictionary(version => version.Key, version => version.Max(one => one.Value.Index.Count), StringComparer.Ordinal);

    public void Apply(Received<ItemVector> record)
    {
        if (record.Key is not { Length: > 0 } itemId) return;
        var topic = record.Position.Topic;
        if (record.Value is not { } item)
        {
            foreach (var version in _versions.Where(version => version.Key.Topic == topic)) version.Value.Index.Remove(itemId);
            return;
        }

        var vector = item.vector as float[] ?? [.. item.vector];
        var target = _versions.GetOrAdd((item.modelVersion, topic), version => new Version(engine.Open(topic == Main ? version.Model : $"{version.Model}@{topic}", vector.Length)));
        target.Index.Upsert(itemId, vector);
        target.LastWrite = time.GetUtcNow();
        DropSuperseded();
    }

    /// <summary>
    /// The version that serves: of those in <c>catalog.vectors</c> the one with the most items, the current release among equals. So a release that is still being
    /// loaded, or was refused, does not stand in for the one before it. Null where no item has a vector.
    /// </summary>
    public string? Serving => _versions.Where(version => version.Key.Topic == Main && version.Value.Index.Count > 0)
        .OrderByDescending(version => version.Value.Index.Count).ThenByDescending(version => version.Key.Model == releases.Newest).ThenByDescending(version => version.Value.LastWrite)
        .Select(version => version.Key.Model).FirstOrDefault();

    /// <summary>Null when no item has a vector of that version here.</summary>
    public IItemIndex? IndexOf(string modelVersion)
    {
        DropSuperseded();
        return _versions.TryGetValue((modelVersion, Main), out var version) && version.Index.Count > 0 ? version.Index
            : _versions.Where(other => other.Key.Model == modelVersion && other.Value.Index.Count > 0).Select(other => other.Value.Index).FirstOrDefault();
    }

    private void DropSuperseded()
    {
        if (_versions.Count < 2) return;
        var now = time.GetUtcNow();
        foreach (var (key, version) in _versions)
        {
            var superseded = !releases.IsCurrent(key.Model, key.Topic)
                && _versions.Any(other => other.Key.Topic == key.Topic && releases.IsCurrent(other.Key.Model, key.Topic) && other.Value.Index.Count >= version.Index.Count);
            if (!superseded) version.SupersededSince = null;
            else version.SupersededSince ??= now;
            if (version.SupersededSince is not { } since || Later(since, version.LastWrite) + options.Value.SupersededVersionGrace > now) continue;
            if (!_versions.TryRemove(key, out var dropped)) continue;
            dropped.Index.Drop();
            Log.VersionDropped(log, key.Model);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private sealed class Version(IItemIndex index)
    {
        private readonly Lock _lock = new();
        private DateTimeOffset _lastWrite;
        private DateTimeOffset? _supersededSince;

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
