using driftline.events;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Recommender.Retrieval;

/// <summary>The current release of each model name, from <c>model.releases</c>.</summary>
internal sealed class ReleaseTable(ILogger<ReleaseTable> log) : ITable<ModelReleased>
{
    private readonly Dictionary<string, ModelReleased> _byName = new(StringComparer.Ordinal);
    private volatile Current _current = new(null, new HashSet<(string, string)>());

    /// <summary>The version of <see cref="Topics.DefaultModel"/> that was released last; null before the first. Predictors may still be loading it, or have refused it.</summary>
    public string? Newest => _current.Newest;

    /// <summary>Whether a version is the current release of the model whose vectors are on a topic.</summary>
    public bool IsCurrent(string version, string topic) => _current.Versions.Contains((version, topic));

    public void Apply(Received<ModelReleased> record)
    {
        if (record.Key is not { } name) return;
        if (record.Value is null) _byName.Remove(name);
        else _byName[name] = record.Value;
        _current = new Current(
            _byName.GetValueOrDefault(Topics.DefaultModel)?.version,
            _byName.Select(release => (release.Value.version, Topics.CatalogVectors.Of(release.Key).Name)).ToHashSet());
        if (record.Value is { } released) Log.Released(log, name, released.version);
    }

    private sealed record Current(string? Newest, IReadOnlySet<(string Version, string Topic)> Versions);
}
