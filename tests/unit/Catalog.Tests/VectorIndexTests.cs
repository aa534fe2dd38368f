using Xunit;

namespace Driftline.Catalog.Tests;

public sealed class VectorIndexTests
{
    [Theory]
    [InlineData(1, int.MaxValue)]
    [InlineData(2, int.MaxValue)]
    [InlineData(3, 1)]
    [InlineData(4, 300)]
    public async Task SearchEqualsANaiveSortAfterAnyUpsertsAndRemovals(int seed, int codeFrom)
    {
        const int dimensions = 19; // not a multiple of any SIMD width
        var random = new Random(seed);
        var index = new VectorIndex(dimensions, codeFrom);
        var expected = new Dictionary<string, float[]>(StringComparer.Ordinal);
        for (var step = 0; step < 3_000; step++)
        {
            var id = $"item-{random.Next(700)}";
            if (random.Next(4) == 0) Assert.Equal(expected.Remove(id), index.Remove(id));
            else index.Upsert(id, expected[id] = Vector(random, dimensions));
            if (step % 250 != 0) continue;
            await index.CodedAsync();
            Assert.Equal(expected.Count, index.Count);
            var query = Vector(random, dimensions);
            Assert.Equal(Naive(expected, query, 20, _ => true), index.Search(query, 20).Select(item => item.ItemId));
            Assert.Equal(Naive(expected, query, 20, IsEven), index.Search(query, 20, (id, ref _) => IsEven(id)).Select(item => item.ItemId));
            string[] few = [.. expected.Keys.Take(30), "no such item"];
            var boosts = few.Take(2).ToDictionary(id => id, id => 100f, StringComparer.Ordinal);
            var among = index.Search(query, 20, (id, ref _) => few.Contains(id) && IsEven(id), boosts, among: few);
            Assert.Equal(index.Search(query, 20, (id, ref _) => few.Contains(id) && IsEven(id), boosts), among);
        }
    }

    [Fact]
    public void ABoostMovesAnItemUpOrDown()
    {
        var index = new VectorIndex(2);
        index.Upsert("a", [3, 0]);
        index.Upsert("b", [2, 0]);
        index.Upsert("c", [1, 0]);
        var found = index.Search([1, 0], 2, boosts: new Dictionary<string, float> { ["c"] = 1.5f, ["a"] = -5, ["gone"] = 9 });
        Assert.Equal([new ScoredItem("c", 2.5f), new ScoredItem("b", 2)], found);
    }

    [Fact]
    public void EqualScoresAreOrderedByItemIdWhateverTheOrderOfArrival()
    {
        var index = new VectorIndex(2);
        foreach (var id in new[] { "c", "B", "a", "é", "b" }) index.Upsert(id, [1, 0]);
        Assert.Equal(["B", "a", "b"], index.Search([1, 0], 3).Select(item => item.ItemId));
    }

    [Fact]
    public void TheFilterActsBeforeTheTopK()
    {
        var index = new VectorIndex(1);
        for (var i = 0; i < 100; i++) index.Upsert($"{i:00}", [i]);
        Assert.Equal(["09", "08"], index.Search([1], 2, (id, ref _) => id.StartsWith('0')).Select(item => item.ItemId));
    }

    [Fact]
    public void AFilterGetsBackWhatItLeftAndOfNoOtherItem()
    {
        var index = new VectorIndex(1);
        for (var i = 0; i < 100; i++) index.Upsert($"{i:00}", [i]);
        var lookedUp = 0;
        bool Passes(string itemId, ref object? known)
        {
            if (known is null) lookedUp++;
            known ??= itemId;
            Assert.Equal(itemId, known);
            return true;
        }

        for (var i = 0; i < 3; i++) index.Search([1], 100, Passes);
        Assert.Equal(100, lookedUp);
        index.Upsert("07", [-1]);
        Assert.Equal("07", index.Search([-1], 1, Passes)[0].ItemId);
        Assert.Equal(101, lookedUp);
    }

    [Fact]
    public void AReplacedVectorAndARemovedItemAreNotFoundAgain()
    {
        var index = new VectorIndex(1);
        index.Upsert("a", [1]);
        index.Upsert("a", [2]);
        Assert.Equal([new ScoredItem("a", 2)], index.Search([1], 5));
        Assert.True(index.Remove("a"));
        Assert.False(index.Remove("a"));
        Assert.Empty(index.Search([1], 5));
        Assert.Equal(0, index.Count);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1)]
    public async Task ReadersSeeEachItemExactlyOnceWhileItIsReplaced(int codeFrom)
    {
        const int items = 300;
        var index = new VectorIndex(1, codeFrom);
        for (var i = 0; i < items; i++) index.Upsert($"{i}", [0]);
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            for (var round = 1; !stop.IsCancellationRequested; round++)
                for (var i = 0; i < items; i++) index.Upsert($"{i}", [round]);
        });
        for (var read = 0; read < 300; read++)
        {
            var found = index.Search([1], items + 1);
            Assert.Equal(items, found.Count);
            Assert.Equal(items, found.Select(item => item.ItemId).Distinct().Count());
            // Rounds are written in order of i: one consistent state holds at most two of them, and they are neighbours.
            Assert.InRange(found[0].Score - found[^1].Score, 0, 1);
        }

        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public void AVectorOfAnotherLengthOrWithNaNIsRefused()
    {
        var index = new VectorIndex(2);
        Assert.Contains("3 dimensions", Assert.Throws<ArgumentException>(() => index.Upsert("a", [1, 2, 3])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => index.Upsert("a", [1, float.NaN]));
        Assert.Throws<ArgumentException>(() => index.Search([1], 1));
        Assert.Equal(0, index.Count);
    }

    private static bool IsEven(string id) => (id[^1] - '0') % 2 == 0;

    private static float[] Vector(Random random, int dimensions) => [.. Enumerable.Range(0, dimensions).Select(_ => random.NextSingle() - 0.5f)];

    // Double precision, written the plain way; random vectors leave no near-ties.
    private static IEnumerable<string> Naive(Dictionary<string, float[]> items, float[] query, int count, Func<string, bool> filter) =>
        items.Where(item => filter(item.Key))
            .OrderByDescending(item => item.Value.Zip(query, (a, b) => (double)a * b).Sum()).ThenBy(item => item.Key, StringComparer.Ordinal)
            .Take(count).Select(item => item.Key);
}
