using System.Globalization;
using Driftline.Recommender.Api;
using Driftline.Recommender.Retrieval;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

/// <summary>A catalogue of 1,000 items whose best-scored 990 do not pass the filter: only filtering before the choice finds the other ten.</summary>
public sealed class FilteredRecommendTests
{
    private readonly Tables _tables = new();

    public FilteredRecommendTests()
    {
        for (var i = 0; i < 1_000; i++)
        {
            var id = i.ToString("000", CultureInfo.InvariantCulture);
            _tables.Catalog.Apply(Item(id, i < 990 ? "common" : "rare", price: i < 990 ? 100 : i == 999 ? null : 5));
            _tables.Vectors.Apply(Vector(id, "m1", 1_000 - i, 0));
        }
    }

    private RecommendationsAnswer For(int count, ItemFilter filter) => _tables.Recommend.For("u", InterestsOf("u", "m1", 1, 0), new Wanted(count, filter));

    [Fact]
    public void AnAnswerIsFullWheneverThatManyItemsPass()
    {
        Assert.Equal(["990", "991", "992", "993", "994"], For(5, ItemFilter.None with { Categories = ["rare"] }).Items.Select(item => item.ItemId));
        Assert.Equal(10, For(10, ItemFilter.None with { Categories = ["rare", "no such"] }).Items.Count);
        Assert.Equal(9, For(10, ItemFilter.None with { MaxPrice = 5 }).Items.Count); // 999 has no price
        Assert.Equal(["010"], For(1, ItemFilter.None.Without(Enumerable.Range(0, 10).Select(i => i.ToString("000", CultureInfo.InvariantCulture)))).Items.Select(item => item.ItemId));
    }

    [Fact]
    public void FiltersHoldTogether()
    {
        var others = Enumerable.Range(0, 1_000).Where(i => i != 991).Select(i => i.ToString("000", CultureInfo.InvariantCulture)).ToHashSet();
        Assert.Equal(["991"], For(10, new ItemFilter(["rare"], 5, 5, others)).Items.Select(item => item.ItemId));
    }

    [Fact]
    public void AnAnswerThatTheFiltersEmptySaysSo()
    {
        var answer = For(10, ItemFilter.None with { MinPrice = 1_000 });
        Assert.Empty(answer.Items);
        Assert.Equal("no available item that passes the filters has a vector", answer.Reason);
    }
}
