using driftline.events;
using Driftline.Recommender.Retrieval;
using Driftline.Streaming;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

public sealed class CatalogTableTests
{
    private readonly FakeTimeProvider _time = new(Start);
    private readonly CatalogTable _catalog;

    public CatalogTableTests() => _catalog = new CatalogTable(_time);

    [Fact]
    public void ACategoryHoldsWhatIsInItNow()
    {
        _catalog.Apply(In("a", "tea", "tea", "gifts"));
        _catalog.Apply(In("b", "tea"));
        Assert.Equal([("gifts", 1), ("tea", 2)], _catalog.Categories());
        Assert.Equal(["a", "b"], Among("tea").Order());
        _catalog.Apply(In("a", "cups", "gifts"));
        Assert.Equal(["a", "b"], Among("tea", "gifts").Order());
        Assert.Equal(["b"], Among("tea"));
        _catalog.Apply(In("b") with { Value = null });
        Assert.Equal([("cups", 1), ("gifts", 1)], _catalog.Categories());
        Assert.Empty(Among("tea", "no such category"));
    }

    [Fact]
    public void OnlyOfFewItemsEachIsLookedAt()
    {
        for (var i = 0; i < CatalogTable.FewItems; i++) _catalog.Apply(In($"{i}", "many"));
        Assert.Equal(CatalogTable.FewItems, Among("many").Count);
        _catalog.Apply(In("0", "many", "same"));
        Assert.Equal(CatalogTable.FewItems, Among("many", "same").Count);
        _catalog.Apply(In("one more", "few"));
        Assert.Null(_catalog.Among(Of("many", "few")));
        Assert.Null(_catalog.Among(ItemFilter.None));
        Assert.Single(Among("few"));
    }

    [Fact]
    public void TheLatestAreThoseThatPassInWholeWhereverTheyStand()
    {
        for (var i = 0; i < 3 * CatalogTable.FewItems; i++) _catalog.Apply(In($"{i:0000}", i < 10 ? ["old", "all"] : ["all"], i));
        Assert.Equal(["2999", "2998", "2997"], Latest(ItemFilter.None, 3));
        Assert.Equal(["0009", "0008"], Latest(Of("old"), 2));
        Assert.Equal(["2999", "2997"], Latest(Of("all").Without(["2998"]), 2));
        var allButOldest = Enumerable.Range(5, 3 * CatalogTable.FewItems).Select(i => $"{i:0000}");
        Assert.Equal(["0004", "0003"], Latest(Of("all").Without(allButOldest), 2)); // none of the newest passes
    }

    [Fact]
    public void WhatIsWithdrawnIsNotAmongTheLatestAnyMore()
    {
        for (var i = 0; i < 5; i++) _catalog.Apply(In($"{i}", ["all"], i));
        Assert.Equal(["4", "3"], Latest(ItemFilter.None, 2));
        _catalog.Apply(In("4") with { Value = null });
        Assert.Equal(["3", "2"], Latest(ItemFilter.None, 2));
        _time.Advance(TimeSpan.FromSeconds(10));
        _catalog.Apply(In("new", ["all"], 9));
        Assert.Equal(["new", "3"], Latest(ItemFilter.None, 2));
    }

    private IReadOnlyCollection<string> Among(params string[] categories) => Assert.IsAssignableFrom<IReadOnlyCollection<string>>(_catalog.Among(Of(categories)));

    private IEnumerable<string> Latest(ItemFilter filter, int count) => _catalog.Latest(filter, count).Select(product => product.ItemId);

    private static ItemFilter Of(params string[] categories) => ItemFilter.None with { Categories = categories };

    private static Received<CatalogItem> In(string itemId, params string[] categories) => In(itemId, categories, 0);

    private static Received<CatalogItem> In(string itemId, string[] categories, int minutes)
    {
        var item = Item(itemId, "");
        item.Value!.categories = categories;
        item.Value.updatedAt = Start.AddMinutes(minutes).ToUnixTimeMilliseconds();
        return item;
    }
}
