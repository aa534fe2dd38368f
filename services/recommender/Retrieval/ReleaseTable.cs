using driftline.events;
using Driftline.Recommender.Experiments;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Retrieval;

/// <summary>The current release of each model name, from <c>model.releases</c>.</summary>
internal sealed class ReleaseTable(IOptions<RecommenderOptions> options, ILogger<ReleaseTable> log) : ITable<ModelReleased>
{
    private readonly IReadOnlyList<string> _challengers = ExperimentServices.Challengers(options.Value);
    private readonly Dictionary<string, ModelReleased> _byName = new(StringComparer.Ordinal);
    private volatile Current _current = new(null, new HashSet<string>());

    /// <summary>The version released last over all names but challengers'; null before the first.</summary>
    public string? Newest => _current.Newest;

    public bool IsCurrent(string version) => _current.Versions.Contains(version);

    public void Apply(Received<ModelReleased> record)
    {
        if (record.Key is not { } name) return;
        if (record.Value is null) _byName.Remove(name);
        else _byName[name] = record.Value;
        _current = new Current(
            _byName.Values.Where(release => !_challengers.Contains(release.name)).OrderByDescending(release => release.releasedAt).ThenBy(release => release.name, StringComparer.Ordinal).FirstOrDefault()?.version,
            _byName.Values.Select(release => release.version).ToHashSet(StringComparer.Ordinal));
        if (record.Value is { } released) Log.Released(log, name, released.version);
    }

    private sealed record Current(string? Newest, IReadOnlySet<string> Versions);
}
