using driftline.events;
using Driftline.Recommender.Api;
using Driftline.Recommender.Retrieval;
using Driftline.Schemas;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

public sealed class RecommendTests
{
    private readonly Tables _tables = new();

    public RecommendTests()
    {
        foreach (var (id, category, x) in new[] { ("green", "tea", 4f), ("black", "tea", 3f), ("robot", "toys", 2f), ("brush", "art", 1f), ("spade", "garden", 0.5f) })
        {
            _tables.Catalog.Apply(Item(id, category));
            _tables.Vectors.Apply(Vector(id, "m1", x, 0));
        }

        _tables.Releases.Apply(Release(Topics.DefaultModel, "m1", 1));
        _tables.Trending.Apply(Event("other", "1", Start, new Purchase { items = Items("spade") }));
        _tables.Trending.Apply(Event("other", "2", Start, new Click { items = Items("green", "not-in-the-catalogue") }));
    }

    private RecommendationsAnswer For(string userId, InterestUpdated? interests, int count, params string[] categories) =>
        _tables.Recommend.For(userId, interests, new Wanted(count, ItemFilter.None with { Categories = categories }));

    [Fact]
    public void AKnownUserGetsTheBestItemsOfTheSameModelVersion()
    {
        var answer = For("u", InterestsOf("u", "m1", 1, 0), 3);
        Assert.True(answer.Personalised);
        Assert.Null(answer.Reason);
        Assert.Equal("m1", answer.ModelVersion);
        Assert.Equal(["green", "black", "robot"], answer.Items.Select(item => item.ItemId));
        Assert.All(answer.Items, item => Assert.Equal("model", item.Source));
        Assert.Equal(Start, answer.AsOf);
        Assert.Equal(980, answer.StalenessMs); // a second after the event, which was received 20 ms after it happened
    }

    [Fact]
    public void EachItemSaysWhyItIsThere()
    {
        var answer = For("u", InterestsOf("u", "m1", 1, 0), 5);
        Assert.Equal(
            ["Interest in tea is rising: 20% to 50%", "Interest in tea is rising: 20% to 50%", "Interest in toys is high: 40%", "Interest in art is high: 6%", "Fits the recent activity"],
            answer.Items.Select(item => item.Reasons[0]));
    }

    [Theory]
    [InlineData(0.096f, 0.104f, "Interest in tea is rising: 9.6% to 10.4%")]
    [InlineData(0.1001f, 0.1002f, "Interest in tea is high: 10%")]
    public void ASmallRiseIsToldByNumbersThatDiffer(float current, float next, string reason)
    {
        var interests = InterestsOf("u", "m1", 1, 0);
        interests.interests = [new CategoryInterest { category = "tea", current = current, next = next }];
        Assert.Equal(reason, For("u", interests, 1).Items[0].Reasons[0]);
    }

    [Fact]
    public void AnUnknownUserGetsTrendingItemsAndIsToldSo()
    {
        var answer = For("nobody", null, 10);
        Assert.False(answer.Personalised);
        Assert.Equal("unknown user", answer.Reason);
        Assert.Equal("m1", answer.ModelVersion);
        Assert.Equal(["spade", "green"], answer.Items.Where(item => item.Source == "trending").Select(item => item.ItemId));
        Assert.Equal("Popular now: 3 weighted recent actions", answer.Items[0].Reasons[0]);
    }

    [Fact]
    public void AUserOfAVersionWithoutItemVectorsGetsTrendingItemsAndTheVersionIsNamed()
    {
        var answer = For("u", InterestsOf("u", "m0", 1, 0), 10);
        Assert.False(answer.Personalised);
        Assert.Contains("no item vectors of model version m0", answer.Reason, StringComparison.Ordinal);
        Assert.Equal("m0", answer.ModelVersion);
        Assert.DoesNotContain(answer.Items, item => item.Source == "model");
    }

    [Fact]
    public void UnavailableWithdrawnAndUncataloguedItemsAreLeftOut()
    {
        _tables.Catalog.Apply(Item("green", "tea", available: false));
        _tables.Catalog.Apply(Record<CatalogItem>("black", null));
        _tables.Vectors.Apply(Vector("phantom", "m1", 100, 0));
        var answer = For("u", InterestsOf("u", "m1", 1, 0), 10);
        Assert.Equal(["robot", "brush", "spade"], answer.Items.Select(item => item.ItemId));
        Assert.Equal(["spade", "brush", "robot"], For("nobody", null, 10).Items.Select(item => item.ItemId));
    }

    /// <summary>An answer remembers where it found items: what changes after it must show in the next.</summary>
    [Fact]
    public void AnItemThatIsSoldOutWithdrawnOrBackAfterAnAnswerIsSoInTheNext()
    {
        string[] Answered() => [.. For("u", InterestsOf("u", "m1", 1, 0), 10, "tea").Items.Select(item => item.Title)];
        Assert.Equal(["Title of green", "Title of black"], Answered());
        _tables.Catalog.Apply(Item("green", "tea", available: false));
        _tables.Catalog.Apply(Record<CatalogItem>("black", null));
        Assert.Empty(Answered());
        _tables.Catalog.Apply(Item("green", "tea"));
        _tables.Catalog.Apply(Item("black", "tea"));
        Assert.Equal(["Title of green", "Title of black"], Answered());
        _tables.Catalog.Apply(Item("black", "toys"));
        Assert.Equal(["Title of green"], Answered());
        _tables.Catalog.Apply(Record<CatalogItem>("green", null));
        Assert.Empty(Answered());
    }

    [Fact]
    public void ACategoryFilterHoldsForModelAndTrendingItems()
    {
        Assert.Equal(["spade"], For("u", InterestsOf("u", "m1", 1, 0), 10, "garden").Items.Select(item => item.ItemId));
        Assert.Equal(["green", "black"], For("nobody", null, 10, "tea").Items.Select(item => item.ItemId));
        var nothing = For("u", InterestsOf("u", "m1", 1, 0), 10, "no such category");
        Assert.Empty(nothing.Items);
        Assert.Equal("no available item of that category has a vector", nothing.Reason);
    }

    [Fact]
    public void TrendingItemsFillWhatTheModelLeavesOpenWithoutRepeats()
    {
        _tables.Catalog.Apply(Item("new", "tea")); // no vector yet
        _tables.Trending.Apply(Event("other", "3", Start, new Click { items = Items("new") }));
        var answer = For("u", InterestsOf("u", "m1", 1, 0), 10);
        Assert.Equal(["green", "black", "robot", "brush", "spade", "new"], answer.Items.Select(item => item.ItemId));
        Assert.Equal("trending", answer.Items[^1].Source);
        Assert.True(answer.Personalised);
    }

    [Fact]
    public void TheLatestOfTheCatalogueFillWhatIsStillOpenAndSaySo()
    {
        _tables.Catalog.Apply(Item("older", "tea", updatedAt: 5));
        _tables.Catalog.Apply(Item("newer", "tea", updatedAt: 6));
        _tables.Catalog.Apply(Item("sold-out", "tea", available: false, updatedAt: 7));
        var answer = For("nobody", null, 4);
        Assert.Equal([("spade", "trending"), ("green", "trending"), ("newer", "latest"), ("older", "latest")], answer.Items.Select(item => (item.ItemId, item.Source)));
        Assert.Equal("Among the latest of the catalogue", answer.Items[^1].Reasons.Single());
        Assert.Equal("unknown user", answer.Reason);
        var known = For("u", InterestsOf("u", "m1", 1, 0), 6);
        Assert.Equal([("spade", "model"), ("newer", "latest")], known.Items.Skip(4).Select(item => (item.ItemId, item.Source)));
    }

    [Fact]
    public void TheSameStateGivesTheSameItems()
    {
        var interests = InterestsOf("u", "m1", 0, 1); // all scores are zero: ties by id
        var items = For("u", interests, 5).Items.Select(item => item.ItemId).ToList();
        Assert.Equal(["black", "brush", "green", "robot", "spade"], items);
        Assert.Equal(items, For("u", interests, 5).Items.Select(item => item.ItemId));
    }

    [Fact]
    public void AUserVectorOfAnotherLengthIsNotScored() =>
        Assert.Contains("3 dimensions", For("u", InterestsOf("u", "m1", 1, 0, 0), 5).Reason, StringComparison.Ordinal);

    [Fact]
    public void TheTokenCarriesTheTimeAndTheModelVersionOfPersonalAnswersOnly()
    {
        Assert.True(AttributionToken.TryParse(For("u", InterestsOf("u", "m1", 1, 0), 1).AttributionToken, out var personal));
        Assert.Equal(("m1", _tables.Time.GetUtcNow()), (personal.ModelVersion, personal.Time));
        Assert.True(AttributionToken.TryParse(For("nobody", null, 1).AttributionToken, out var general));
        Assert.Equal("", general.ModelVersion);
        Assert.NotEqual(personal.Nonce, general.Nonce);
    }

    [Fact]
    public void DiversityBringsWhatIsUnlikeTheBest()
    {
        _tables.Catalog.Apply(Item("kite", "toys"));
        _tables.Vectors.Apply(Vector("kite", "m1", 1, 9)); // scores 1; the others all point one way
        var interests = InterestsOf("u", "m1", 1, 0);
        Assert.Equal(["green", "black", "robot"], For("u", interests, 3).Items.Select(item => item.ItemId));
        var diverse = _tables.Recommend.For("u", interests, new Wanted(3, ItemFilter.None, 0.5));
        Assert.Equal(["green", "kite", "black"], diverse.Items.Select(item => item.ItemId));
        Assert.Equal([4.0, 1.0, 3.0], diverse.Items.Select(item => item.Score));
        var teas = _tables.Recommend.For("u", interests, new Wanted(3, ItemFilter.None with { Categories = ["tea"] }, 1));
        Assert.Equal(["green", "black"], teas.Items.Select(item => item.ItemId));
    }
}
