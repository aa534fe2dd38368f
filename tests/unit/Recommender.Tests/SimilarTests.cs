using driftline.events;
using Driftline.Recommender.Retrieval;
using Driftline.Schemas;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

public sealed class SimilarTests
{
    private readonly Tables _tables = new();

    public SimilarTests()
    {
        // Cosines with "it": near 0.8, far 0, long 0.6 (but the largest inner product).
        foreach (var (id, category, x, y) in new[] { ("it", "tea", 2f, 0f), ("near", "tea", 0.8f, 0.6f), ("far", "toys", 0f, 1f), ("long", "toys", 6f, 8f) })
        {
            _tables.Catalog.Apply(Item(id, category));
            _tables.Vectors.Apply(Vector(id, "m1", x, y));
        }

        _tables.Releases.Apply(Release(Topics.DefaultModel, "m1", 1));
        _tables.Trending.Apply(Event("other", "1", Start, new Purchase { items = Items("near", "far", "it") }));
    }

    private static Wanted Wanted(int count = 10, string? context = null) => new(count, ItemFilter.None, Context: context);

    [Fact]
    public void SimilarItemsAreThoseOfTheSameDirectionWhateverTheirLength()
    {
        var answer = _tables.Similar.Answer(_tables.Catalog.Find("it")!, Wanted());
        Assert.Equal(["near", "long", "far"], answer.Items.Select(item => item.ItemId));
        Assert.Equal([0.8, 0.6, 0], answer.Items.Select(item => Math.Round(item.Score, 6)));
        Assert.All(answer.Items, item => Assert.Equal(("similar", "Similar to Title of it"), (item.Source, item.Reasons.Single())));
        Assert.Equal(("m1", null), (answer.ModelVersion, answer.Reason));
    }

    [Fact]
    public void AReleaseThatPredictorsHaveNotTakenUpChangesNothing()
    {
        _tables.Releases.Apply(Release(Topics.DefaultModel, "m2", 2));
        _tables.Releases.Apply(Release("challenger", "c1", 3));
        var answer = _tables.Similar.Answer(_tables.Catalog.Find("it")!, Wanted());
        Assert.Equal(["near", "long", "far"], answer.Items.Select(item => item.ItemId));
        Assert.Equal("m1", answer.ModelVersion);
    }

    [Fact]
    public void FiltersHoldForSimilarItems()
    {
        var toys = new Wanted(1, ItemFilter.None with { Categories = ["toys"] });
        Assert.Equal(["long"], _tables.Similar.Answer(_tables.Catalog.Find("it")!, toys).Items.Select(item => item.ItemId));
    }

    [Fact]
    public void AnItemWithoutAVectorGetsWhatTrendsInItsCategoryAndSaysSo()
    {
        _tables.Catalog.Apply(Item("new", "tea"));
        var answer = _tables.Similar.Answer(_tables.Catalog.Find("new")!, Wanted());
        Assert.Equal(["it", "near"], answer.Items.Select(item => item.ItemId));
        Assert.All(answer.Items, item => Assert.Equal("trending", item.Source));
        Assert.Equal("item new has no vector of model version m1", answer.Reason);
        Assert.Null(answer.ModelVersion);
    }

    [Fact]
    public void APageMixesTheUsersScoresWithLikenessToItsItemAndLeavesItOut()
    {
        // u = (0, 5), boost of "near" 2; c = (2, 0). near: (0.6*5 + 2)/10 + 0.8/2 = 0.9; far: 1/2; long: 8/2 + 6/2 = 7.
        var interests = InterestsOf("u", "m1", 0, 5);
        interests.boosts = [new ItemBoost { itemId = "near", boost = 2 }];
        var answer = _tables.Recommend.For("u", interests, Wanted(context: "it"));
        Assert.Equal(["long", "near", "far"], answer.Items.Select(item => item.ItemId));
        Assert.Equal([7, 0.9, 0.5], answer.Items.Select(item => Math.Round(item.Score, 6)));
        Assert.True(answer.Personalised);
        Assert.Null(answer.ContextIgnored);
    }

    [Fact]
    public void AnItemSaysThatItIsLikeThePageOnlyWhereThatIsMostOfItsScore()
    {
        var answer = _tables.Recommend.For("u", InterestsOf("u", "m1", 0, 5), Wanted(context: "it"));
        Assert.Equal(["near"], answer.Items.Where(item => item.Reasons[0] == "Similar to Title of it").Select(item => item.ItemId)); // 0.8 against 0.6
    }

    [Fact]
    public void AnUnknownUserOnAPageGetsSimilarItems()
    {
        var answer = _tables.Recommend.For("nobody", null, Wanted(2, "it"));
        Assert.Equal([("near", "similar"), ("long", "similar")], answer.Items.Select(item => (item.ItemId, item.Source)));
        Assert.False(answer.Personalised);
        Assert.Equal("unknown user", answer.Reason);
        Assert.True(AttributionToken.TryParse(answer.AttributionToken, out var token));
        Assert.Equal("m1", token.ModelVersion);
    }

    [Fact]
    public void APageOfAnUnknownItemIsIgnoredAndTheAnswerSaysSo()
    {
        var known = _tables.Recommend.For("u", InterestsOf("u", "m1", 0, 5), Wanted(context: "gone"));
        Assert.Equal("long", known.Items[0].ItemId);
        Assert.Equal(40, known.Items[0].Score);
        Assert.Equal("item gone has no vector of model version m1", known.ContextIgnored);
        Assert.Equal("item gone has no vector of model version m1", _tables.Recommend.For("nobody", null, Wanted(context: "gone")).ContextIgnored);
    }
}
