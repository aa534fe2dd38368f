using System.Numerics.Tensors;
using Xunit;

namespace Driftline.Catalog.Tests;

public sealed class TextVectorsTests
{
    private static readonly CatalogEntry[] Items = [new("a", "red cup", []), new("b", "red bag", []), new("none", "", [])];

    private readonly TextVectors _vectors = TextVectors.Of(Items, new HashedNgramEncoder(32));

    [Fact]
    public void CentredVectorsAreWhatTellsTheTextsApart()
    {
        var mean = _vectors.Mean();
        for (var d = 0; d < 32; d++) Assert.Equal((_vectors[0][d] + _vectors[1][d]) / 2, mean[d], 1e-6); // an item without a text does not count
        var centred = _vectors.CentredBy(mean);
        Assert.Equal(1, TensorPrimitives.Norm(centred[0]), 1e-5);
        Assert.Equal(-1, TensorPrimitives.Dot(centred[0], centred[1]), 1e-5); // two items: opposite sides of their mean
        Assert.True(TensorPrimitives.Dot(_vectors[0], _vectors[1]) > 0);
        Assert.All(centred[2].ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void ATextThatSaysOnlyWhatAllSayIsAllZeros()
    {
        var same = TextVectors.Of([Items[0], Items[0] with { ItemId = "again" }], new HashedNgramEncoder(32));
        Assert.All(same.CentredBy(same.Mean()).Values, value => Assert.Equal(0, value));
        Assert.All(TextVectors.Of([Items[2]], new HashedNgramEncoder(32)).Mean(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void ASentenceLeavesOutWhatIsEmpty()
    {
        Assert.Equal("Red cup. Kitchen, Gifts. Holds tea", new CatalogEntry("a", "Red cup", ["Kitchen", "Gifts"], "Holds tea.").Sentence);
        Assert.Equal("Red cup", new CatalogEntry("a", " Red cup. ", []).Sentence);
        Assert.Equal("", new CatalogEntry("a", "", []).Sentence);
    }
}
