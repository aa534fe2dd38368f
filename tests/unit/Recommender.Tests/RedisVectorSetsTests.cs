using Driftline.Catalog;
using Driftline.Recommender.Retrieval;
using Microsoft.Extensions.Options;
using Xunit;

namespace Driftline.Recommender.Tests;

/// <summary>Against Garnet, whose vector sets take Redis 8's commands; its search of near vectors is another one than Redis'.</summary>
public sealed class RedisVectorSetsTests(GarnetWithVectorSets garnet) : IClassFixture<GarnetWithVectorSets>
{
    private const int Dimensions = 16, Items = 1_000, Wanted = 20;

    private static readonly float[][] Vectors = Drawn();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NearlyAllThatAnExactSearchFindsIsFoundWithTheSameScores(bool cosine)
    {
        var (exact, sets) = Filled(cosine ? "c" : "p");
        var hits = 0;
        foreach (var query in Vectors.Take(20))
        {
            var right = exact.Search(query, Wanted, cosine: cosine).ToDictionary(item => item.ItemId, item => item.Score);
            foreach (var item in sets.Search(query, Wanted, cosine: cosine))
            {
                if (!right.TryGetValue(item.ItemId, out var score)) continue;
                hits++;
                Assert.Equal(score, item.Score, 1e-3);
            }
        }

        Assert.InRange(hits / (20.0 * Wanted), 0.95, 1);
        Assert.Equal(Items, sets.Count);
        sets.Drop();
        Assert.Empty(sets.Search(Vectors[0], Wanted));
    }

    [Fact]
    public void FiltersAndBoostsDecideWhatIsFoundAndNotOnlyWhatIsShown()
    {
        var (exact, sets) = Filled("f");
        bool Passes(string id, ref object? known) => id.EndsWith('7');
        Dictionary<string, float> boosts = new() { ["17"] = 50, ["18"] = 100, ["none"] = 9 };
        var found = sets.Search(Vectors[3], Wanted, Passes, boosts);
        Assert.Equal(Wanted, found.Count);
        Assert.Equal("17", found[0].ItemId);
        Assert.All(found, item => Assert.EndsWith("7", item.ItemId, StringComparison.Ordinal));
        Assert.Equal(exact.Search(Vectors[3], 3, Passes, boosts).Select(item => item.ItemId), found.Take(3).Select(item => item.ItemId));
        Assert.Equal(["777"], sets.Search(Vectors[3], Wanted, (id, ref _) => id == "777").Select(item => item.ItemId));
        Assert.Equal(
            exact.Search(Vectors[3], 3, (id, ref _) => id is "7" or "17" or "27", boosts).Select(item => item.ItemId),
            sets.Search(Vectors[3], 3, Passes, boosts, among: ["7", "8", "17", "27", "none"]).Select(item => item.ItemId));
        sets.Drop();
    }

    [Fact]
    public void AReplacedVectorAndARemovedItemAreNotFoundAgain()
    {
        var sets = garnet.Sets("r", 2);
        sets.Upsert("a", [1, 0]);
        sets.Upsert("b", [0, 3]);
        sets.Upsert("a", [0, 2]);
        Assert.Equal(["b", "a"], sets.Search([0, 1], 5).Select(item => item.ItemId));
        Assert.Equal(2, sets.VectorsOf(["a"])[0]![1], 1e-3);
        Assert.Null(sets.VectorsOf(["none"])[0]);
        Assert.True(sets.Remove("b"));
        Assert.False(sets.Remove("b"));
        Assert.Equal(["a"], sets.Search([0, 1], 5).Select(item => item.ItemId));
        Assert.Throws<ArgumentException>(() => sets.Upsert("long", [0, 2 * RedisVectorSets.Longest]));
        Assert.Equal(1, sets.Count);
        sets.Drop();
    }

    [Fact]
    public void SetsThatNobodyRenewsGoByThemselves()
    {
        var sets = garnet.Sets("left", 2);
        sets.Upsert("a", [1, 0]);
        sets.Renew();
        foreach (var key in (string[])["vectors:{left}:products", "vectors:{left}:cosines"])
            Assert.InRange(garnet.Connection.GetDatabase().KeyTimeToLive(key)!.Value, TimeSpan.FromDays(6), TimeSpan.FromDays(7));
        sets.Upsert("b", [0, 1]);
        Assert.NotNull(garnet.Connection.GetDatabase().KeyTimeToLive("vectors:{left}:products")); // writing keeps it
        sets.Drop();
    }

    [Theory]
    [InlineData(VectorEngineKind.Memory, typeof(VectorIndex))]
    [InlineData(VectorEngineKind.Redis, typeof(RedisVectorSets))]
    public void TheSettingChoosesTheEngine(VectorEngineKind kind, Type index)
    {
        using var engine = new VectorEngine(Options.Create(new RecommenderOptions { VectorEngine = kind }), garnet.Connection);
        Assert.IsType(index, engine.Open("m1", 2));
    }

    private (VectorIndex Exact, RedisVectorSets Sets) Filled(string version)
    {
        var (exact, sets) = (new VectorIndex(Dimensions), garnet.Sets(version, Dimensions));
        for (var i = 0; i < Items; i++)
        {
            exact.Upsert($"{i}", Vectors[i]);
            sets.Upsert($"{i}", Vectors[i]);
        }

        return (exact, sets);
    }

    private static float[][] Drawn()
    {
        var random = new Random(8);
        return [.. Enumerable.Range(0, Items).Select(_ => Enumerable.Range(0, Dimensions).Select(_ => (random.NextSingle() - 0.5f) * 5).ToArray())];
    }
}
