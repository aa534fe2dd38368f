using Driftline.Catalog;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Driftline.Recommender.Retrieval;

/// <summary>Opens the index of a model version where the settings say: in memory or in Redis, where those that are open are kept from expiring.</summary>
/// <param name="redis">Where the vector sets are; not needed for those in memory.</param>
internal sealed class VectorEngine(IOptions<RecommenderOptions> options, IConnectionMultiplexer? redis = null) : IDisposable
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly List<RedisVectorSets> _opened = [];
    private Timer? _renewals;

    public IItemIndex Open(string modelVersion, int dimensions)
    {
        if (options.Value.VectorEngine != VectorEngineKind.Redis) return new VectorIndex(dimensions, options.Value.CodeVectorsFrom);
        var sets = new RedisVectorSets(
            (redis ?? throw new InvalidOperationException("Recommender:VectorEngine is Redis, and no Redis is configured.")).GetDatabase(), modelVersion, dimensions);
        lock (_lock)
        {
            _opened.Add(sets);
            _renewals ??= new Timer(_ => Renew(), null, RenewEvery, RenewEvery);
        }

        return sets;
    }

    public void Dispose() => _renewals?.Dispose();

    /// <summary>Those that were dropped are gone, and stay so.</summary>
    private void Renew()
    {
        lock (_lock) _opened.ForEach(sets => sets.Renew());
    }
}
