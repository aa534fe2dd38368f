using driftline.events;
using Driftline.Recommender.Experiments;
using Driftline.Schemas;
using Driftline.Streaming;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Driftline.Recommender.Interests;

/// <summary>
/// The <c>challenger:{model}:{user}</c> keys: a user's newest interests by each model that runs beside the one that serves, as their bytes were on the topic (registry wire
/// format). Only this service writes them, and writing an update again changes nothing. <c>challengers</c> is the set of the models that have such keys, those too that no
/// experiment names any more, so that an erased user is forgotten under all of them.
/// </summary>
internal sealed class ChallengerStore(IConnectionMultiplexer redis, AvroCodec codec, IOptions<RecommenderOptions> options)
{
    private static readonly RedisKey Models = "challengers";

    // Every command names one key, which is all that Redis Cluster asks.
    private static RedisKey Key(string model, string userId) => $"challenger:{model}:{userId}";

    /// <exception cref="RedisException">Redis is away or refused a write; writing again is harmless.</exception>
    public Task WriteAsync(string model, IReadOnlyCollection<KeyValuePair<string, byte[]?>> writes)
    {
        var batch = redis.GetDatabase().CreateBatch();
        var acknowledged = new List<Task>(writes.Count + 1);
        if (writes.Any(write => write.Value is not null)) acknowledged.Add(batch.SetAddAsync(Models, model));
        acknowledged.AddRange(writes.Select(write => write.Value is { } bytes
            ? batch.StringSetAsync(Key(model, write.Key), bytes, options.Value.InterestExpiry) : batch.KeyDeleteAsync(Key(model, write.Key))));
        batch.Execute();
        return Task.WhenAll(acknowledged);
    }

    /// <summary>Forgets users, whichever model knows them.</summary>
    /// <exception cref="RedisException">Redis is away; forgetting again is harmless.</exception>
    public async Task ForgetAsync(IReadOnlyCollection<string> userIds) =>
        await Task.WhenAll((await ModelsAsync()).Select(model => WriteAsync(model, [.. userIds.Select(user => KeyValuePair.Create(user, (byte[]?)null))])));

    /// <summary>By model, as far as these know the user.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<IReadOnlyDictionary<string, InterestUpdated>> ReadAsync(IReadOnlyList<string> models, string userId)
    {
        var values = await Task.WhenAll(models.Select(model => redis.GetDatabase().StringGetAsync(Key(model, userId))));
        var known = new Dictionary<string, InterestUpdated>(StringComparer.Ordinal);
        foreach (var (model, value) in models.Zip(values))
        {
            if ((byte[]?)value is { } bytes) known.Add(model, await codec.DecodeAsync<InterestUpdated>(Topics.InterestUpdates.Of(model).Name, bytes));
        }

        return known;
    }

    /// <summary>The same for every model.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<IReadOnlyDictionary<string, InterestUpdated>> ReadAsync(string userId) => await ReadAsync(await ModelsAsync(), userId);

    // The configured ones too: before the set was kept, keys were written without it.
    private async Task<string[]> ModelsAsync() =>
        [.. (await redis.GetDatabase().SetMembersAsync(Models)).Select(model => (string)model!).Union(ExperimentServices.Challengers(options.Value), StringComparer.Ordinal)];
}
