using Driftline.Recommender.Retrieval;
using FsCheck.Xunit;
using Xunit;

namespace Driftline.Recommender.Tests;

public sealed class ItemFilterTests
{
    private static readonly Product Tea = new("a/b, c&d=é", "Tea", ["drinks", "gifts, for her"], 10, "EUR", true);

    [Fact]
    public void OneOfTheCategoriesIsEnoughAndANameMayHoldAnyCharacter()
    {
        Assert.True((ItemFilter.None with { Categories = ["toys", "drinks"] }).Admits(Tea));
        Assert.True((ItemFilter.None with { Categories = ["gifts, for her"] }).Admits(Tea));
        Assert.False((ItemFilter.None with { Categories = ["gifts", "Drinks"] }).Admits(Tea));
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(10.0, 10.0, true)]
    [InlineData(10.01, null, false)]
    [InlineData(null, 9.99, false)]
    [InlineData(0.0, null, true)]
    public void PriceLimitsAreInclusive(double? min, double? max, bool passes) =>
        Assert.Equal(passes, (ItemFilter.None with { MinPrice = min, MaxPrice = max }).Admits(Tea));

    [Theory]
    [InlineData(0.0, null)]
    [InlineData(null, double.MaxValue)]
    public void AnItemWithoutAPricePassesNoPriceLimit(double? min, double? max)
    {
        var filter = ItemFilter.None with { MinPrice = min, MaxPrice = max };
        Assert.False(filter.Admits(Tea with { Price = null }));
        Assert.False(filter.Admits(Tea with { Price = double.NaN }));
        Assert.True(ItemFilter.None.Admits(Tea with { Price = null }));
    }

    [Property]
    public bool AnyIdCanBeExcludedAndOnlyThatOne(string id, string other)
    {
        var filter = ItemFilter.None.Without([id ?? ""]);
        return !filter.Admits(Tea with { ItemId = id ?? "" }) && (other == id || filter.Admits(Tea with { ItemId = other + "!" + id }));
    }

    [Fact]
    public void OneKindCanBeAskedFor()
    {
        var articles = ItemFilter.None with { Kind = "article" };
        Assert.True(articles.Admits(Tea with { Kind = "article" }));
        Assert.False(articles.Admits(Tea));
        Assert.True(ItemFilter.None.Admits(Tea with { Kind = "ad" }));
        Assert.Equal("available item that passes the filters", articles.Subject);
    }

    [Fact]
    public void WhatIsNotForSalePassesNothing()
    {
        Assert.False(ItemFilter.None.Admits(Tea with { Available = false }));
        Assert.False(ItemFilter.None.Admits(null));
    }
}
