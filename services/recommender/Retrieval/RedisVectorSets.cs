using System.Collections.Concurrent;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Driftline.Catalog;
using StackExchange.Redis;

// Searches are synchronous, since in memory they are computation; here each waits for one or two round trips.
#pragma warning disable SER308

namespace Driftline.Recommender.Retrieval;

/// <summary>
/// Item vectors of one model version in vector sets of Redis 8 (<c>VADD</c>, <c>VSIM</c>), for catalogues that outgrow a replica's memory. The sets find near
/// vectors approximately; what they find is scored exactly here, from the vectors that they give back.
/// </summary>
/// <remarks>
/// Vector sets rank by direction alone. A first set holds <c>[x, √(m² - |x|²)] / m</c>, all of length 1, whose directions rank by the inner product with x (Bachrach
/// and others, "Speeding Up the Xbox Recommender System Using a Euclidean Transformation for Inner-Product Spaces", RecSys 2014); a second holds the
/// directions of x, for cosines. Both rank the same by cosine and by distance, so it does not matter which of the two a server takes.
/// Calls wait for Redis and hold their thread meanwhile. Every replica writes the same vectors.
/// </remarks>
internal sealed class RedisVectorSets(IDatabase redis, string modelVersion, int dimensions) : IItemIndex
{
    /// <summary>m: vectors are at most that long.</summary>
    internal const float Longest = 1_024;

    /// <summary>Candidates that the server keeps while it searches: more find more of the truly nearest.</summary>
    private const int Exploration = 400;

    /// <summary>Redis refuses more.</summary>
    private const int MostExploration = 1_000_000;

    private static readonly TimeSpan KeptUnrenewed = TimeSpan.FromDays(7);

    private readonly RedisKey _products = $"vectors:{{{modelVersion}}}:products", _cosines = $"vectors:{{{modelVersion}}}:cosines";
    private readonly ConcurrentDictionary<string, bool> _items = new(StringComparer.Ordinal);

    public int Dimensions => dimensions;

    public int Count => _items.Count;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The vector is also refused when it is longer than <see cref="Longest"/>.</exception>
    public void Upsert(string itemId, ReadOnlySpan<float> vector)
    {
        IItemIndex.Check(vector, dimensions, nameof(vector));
        var length = TensorPrimitives.Norm(vector);
        if (length > Longest) throw new ArgumentException($"The vector's length is {length}; vector sets take at most {Longest}.", nameof(vector));
        var product = new float[dimensions + 1];
        TensorPrimitives.Divide(vector, Longest, product);
        product[dimensions] = MathF.Sqrt(Math.Max(0, 1 - length / Longest * (length / Longest)));
        redis.WaitAll(Add(_products, itemId, product), length > 0 ? Add(_cosines, itemId, Diversify.Unit(vector.ToArray())) : redis.ExecuteAsync("VREM", _cosines, itemId));
        _items[itemId] = true;
    }

    public bool Remove(string itemId)
    {
        redis.WaitAll(redis.ExecuteAsync("VREM", _products, itemId), redis.ExecuteAsync("VREM", _cosines, itemId));
        return _items.TryRemove(itemId, out _);
    }

    public float[]?[] VectorsOf(IReadOnlyList<string> itemIds)
    {
        var answers = itemIds.Select(id => redis.ExecuteAsync("VEMB", _products, id)).ToArray();
        redis.WaitAll(answers);
        return [.. answers.Select(answer => answer.Result is { IsNull: false, Length: > 0 } values ? Original(values) : null)];
    }

    public IReadOnlyList<ScoredItem> Search(
        ReadOnlySpan<float> query, int count, ItemAdmission? filter = null, IReadOnlyDictionary<string, float>? boosts = null, bool cosine = false,
        IReadOnlyCollection<string>? among = null)
    {
        IItemIndex.Check(query, dimensions, nameof(query));
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0) return [];
        var length = TensorPrimitives.Norm(query);
        var wanted = among is not null ? [.. among.Where(PassesUnboosted)] : Nearest(query, length, count, PassesUnboosted, cosine);
        if (boosts is not null) wanted.AddRange(boosts.Keys.Where(Passes));
        var vectors = VectorsOf(wanted);
        var found = new List<ScoredItem>(wanted.Count);
        for (var i = 0; i < vectors.Length; i++)
        {
            if (vectors[i] is not { } vector) continue; // taken out since, or a boost of an item that has no vector
            var score = TensorPrimitives.Dot(query, vector);
            if (cosine) score = length > 0 && TensorPrimitives.Norm<float>(vector) is > 0 and var own ? score / length / own : 0;
            found.Add(new ScoredItem(wanted[i], score + (boosts?.GetValueOrDefault(wanted[i]) ?? 0)));
        }

        return [.. found.OrderByDescending(item => item.Score).ThenBy(item => item.ItemId, StringComparer.Ordinal).Take(count)];

        bool PassesUnboosted(string itemId) => boosts?.ContainsKey(itemId) != true && Passes(itemId);

        bool Passes(string itemId)
        {
            object? known = null;
            return filter?.Invoke(itemId, ref known) != false;
        }
    }

    public void Drop()
    {
        redis.KeyDelete([_products, _cosines]);
        _items.Clear();
    }

    /// <summary>Lets the sets be for some days more: those that no replica renews, as of a challenger that went while none ran, go by themselves.</summary>
    public void Renew()
    {
        try
        {
            foreach (var key in (RedisKey[])[_products, _cosines]) redis.KeyExpire(key, KeptUnrenewed, flags: CommandFlags.FireAndForget);
        }
        catch (Exception e) when (e is RedisException or ObjectDisposedException)
        {
            // Redis is away, or this service ends: the next time is long before the sets expire.
        }
    }

    /// <summary>
    /// Items that pass, nearest first. The server knows nothing of what passes: it is asked for more and more until enough do or it has no more, so that a filter
    /// that lets little pass costs a walk through the set.
    /// </summary>
    private List<string> Nearest(ReadOnlySpan<float> query, float length, int count, Func<string, bool> passes, bool cosine)
    {
        if (!(length > 0)) return [.. _items.Keys.Where(passes).Order(StringComparer.Ordinal).Take(count)]; // all score 0
        var direction = new float[cosine ? dimensions : dimensions + 1];
        TensorPrimitives.Divide(query, length, direction);
        for (var ask = 2 * count; ; ask = checked(4 * ask))
        {
            var answer = (RedisResult[]?)redis.Execute(
                "VSIM", cosine ? _cosines : _products, "FP32", Bytes(direction), "COUNT", ask, "EF", Math.Clamp(ask, Exploration, MostExploration)) ?? [];
            var passing = answer.Select(id => (string)id!).Where(passes).Take(2 * count).ToList();
            if (passing.Count >= count || answer.Length < ask) return passing;
        }
    }

    private Task<RedisResult> Add(RedisKey key, string itemId, float[] vector) => redis.ExecuteAsync("VADD", key, "FP32", Bytes(vector), itemId, "NOQUANT");

    private float[] Original(RedisResult values)
    {
        var vector = new float[dimensions];
        for (var i = 0; i < vector.Length; i++) vector[i] = (float)((double)values[i] * Longest);
        return vector;
    }

    private static byte[] Bytes(float[] vector) => MemoryMarshal.AsBytes<float>(vector).ToArray(); // little-endian, as the command wants it
}
