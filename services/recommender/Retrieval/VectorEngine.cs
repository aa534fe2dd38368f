using Driftline.Catalog;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Driftline.Recommender.Retrieval;

/// <summary>Opens the index of a model version where the settings say: in memory or in Redis.</summary>
/// <param name="redis">Where the vector sets are; not needed for those in memory.</param>
internal sealed class VectorEngine(IOptions<RecommenderOptions> options, IConnectionMultiplexer? redis = null)
{
    public IItemIndex Open(string modelVersion, int dimensions) => options.Value.VectorEngine switch
    {
        VectorEngineKind.Redis => new RedisVectorSets(
            (redis ?? throw new InvalidOperationException("Recommender:VectorEngine is Redis, and no Redis is configured.")).GetDatabase(), modelVersion, dimensions),
        _ => new VectorIndex(dimensions, options.Value.CodeVectorsFrom),
    };
}
