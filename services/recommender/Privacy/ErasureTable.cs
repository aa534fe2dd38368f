using System.Collections.Concurrent;
using driftline.events;
using Driftline.Hosting;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Privacy;

/// <summary>
/// When each erasure was requested, from <c>privacy.erasures</c>: an erasure is known here as soon as the ingestor has answered, however far behind the stages are.
/// Which user it was for is not kept.
/// </summary>
internal sealed class ErasureTable(IOptions<PrivacyOptions> options, TimeProvider time) : ITable<ErasureRequested>
{
    /// <summary>Old ones are looked for once in so many.</summary>
    private const int ForgetEvery = 10_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _requestedAt = new(StringComparer.Ordinal);
    private int _applied;

    internal int Count => _requestedAt.Count;

    public void Apply(Received<ErasureRequested> record)
    {
        if (record.Value is not { } request) return;
        _requestedAt[request.erasureId] = DateTimeOffset.FromUnixTimeMilliseconds(request.requestedAt);
        if (++_applied % ForgetEvery != 0) return;
        foreach (var (id, at) in _requestedAt)
        {
            if (IsForgotten(at)) _requestedAt.TryRemove(id, out _);
        }
    }

    /// <summary>Null for an erasure that is not known, or is older than what Redis remembers of its stages.</summary>
    public DateTimeOffset? RequestedAt(string erasureId) => _requestedAt.TryGetValue(erasureId, out var at) && !IsForgotten(at) ? at : null;

    private bool IsForgotten(DateTimeOffset requestedAt) => requestedAt < time.GetUtcNow() - options.Value.SuppressionExpiry;
}
