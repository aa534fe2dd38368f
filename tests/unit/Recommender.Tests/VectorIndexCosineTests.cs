using System.Globalization;
using Driftline.Catalog;
using Xunit;

namespace Driftline.Recommender.Tests;

public sealed class VectorIndexCosineTests
{
    [Fact]
    public void CosinesAndVectorsStayRightWhileItemsAreReplacedRemovedAndMovedToLargerArrays()
    {
        var random = new Random(7);
        var index = new VectorIndex(3);
        var expected = new Dictionary<string, float[]>();
        for (var i = 0; i < 2_000; i++)
        {
            var id = random.Next(600).ToString(CultureInfo.InvariantCulture);
            if (random.Next(5) == 0)
            {
                index.Remove(id);
                expected.Remove(id);
                continue;
            }

            float[] vector = [random.NextSingle() - 0.5f, 10 * random.NextSingle(), random.NextSingle() - 0.5f];
            index.Upsert(id, vector);
            expected[id] = vector;
        }

        float[] query = [3, 1, 2];
        var naive = expected.ToDictionary(item => item.Key, item => Cosine(query, item.Value));
        var found = index.Search(query, 50, cosine: true);
        Assert.All(found, item => Assert.Equal(naive[item.ItemId], item.Score, 1e-5));
        Assert.Equal(naive.Values.OrderDescending().Take(50), found.Select(item => (double)item.Score), (a, b) => Math.Abs(a - b) < 1e-5);
        string[] ids = [.. expected.Keys, "none"];
        Assert.Equal([.. ids.Select(expected.GetValueOrDefault)], index.VectorsOf(ids));
    }

    [Fact]
    public void WhatHasNoLengthHasACosineOfZero()
    {
        var index = new VectorIndex(2);
        index.Upsert("zero", [0, 0]);
        index.Upsert("one", [0, 1]);
        Assert.Equal([new ScoredItem("one", 1), new ScoredItem("zero", 0)], index.Search([0, 2], 2, cosine: true));
        Assert.All(index.Search([0, 0], 2, cosine: true), item => Assert.Equal(0, item.Score));
    }

    private static double Cosine(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));
}
