using Xunit;

namespace Driftline.Catalog.Tests;

public sealed class VocabularyTests
{
    [Fact]
    public void ItemsKeepTheirOrderAndCategoriesAreSorted()
    {
        var vocabulary = new Vocabulary([new("sku/2 ü", "Toys"), new("sku 1", "Books"), new("x", "Toys")]);
        Assert.Equal(["Books", "Toys"], vocabulary.Categories);
        Assert.Equal(0, vocabulary.ItemIndex("sku/2 ü"));
        Assert.Equal(1, vocabulary.CategoryOf(0));
        Assert.Equal(-1, vocabulary.ItemIndex("nowhere"));
        Assert.Equal(-1, vocabulary.CategoryIndex("nowhere"));
    }

    [Fact]
    public void ItemsWithoutCategoryShareOne()
    {
        var vocabulary = new Vocabulary([new("a", null), new("b", null)]);
        Assert.Equal([Vocabulary.Uncategorised], vocabulary.Categories);
        Assert.Equal(0, vocabulary.CategoryOf(1));
    }

    [Fact]
    public void AnItemIdThatComesTwiceIsRefused() =>
        Assert.Contains("'a'", Assert.Throws<ArgumentException>(() => new Vocabulary([new("a", null), new("a", "x")])).Message, StringComparison.Ordinal);

    [Fact]
    public void ACategoryOutsideTheGivenListIsRefused() =>
        Assert.Contains("'Toys'", Assert.Throws<ArgumentException>(() => new Vocabulary([new("a", "Toys")], ["Books"])).Message, StringComparison.Ordinal);

    [Fact]
    public void AnItemsHashFollowsItsTextAndNotItsId()
    {
        var item = new CatalogEntry("a", "Red cup", ["Kitchen"], "Holds tea.");
        Assert.Equal(item.ContentHash, (item with { ItemId = "b" }).ContentHash);
        Assert.NotEqual(item.ContentHash, (item with { Title = "Blue cup" }).ContentHash);
        Assert.NotEqual(item.ContentHash, (item with { Categories = ["Garden"] }).ContentHash);
        Assert.NotEqual(item.ContentHash, (item with { Description = null }).ContentHash);
        Assert.NotEqual((item with { Categories = ["Garden | Tools"] }).ContentHash, (item with { Categories = ["Garden", "Tools"] }).ContentHash);
    }

    [Fact]
    public void TextVectorsAreTheEncodersRowByRow()
    {
        CatalogEntry[] items = [new("a", "Red cup", []), new("b", "Garden hose", ["Garden"])];
        var encoder = new HashedNgramEncoder(32);
        var vectors = TextVectors.Of(items, encoder);
        Assert.Equal(2, vectors.Count);
        Assert.Equal(encoder.Encode(items[1].Text), vectors[1].ToArray());
    }
}
