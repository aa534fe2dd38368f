using System.Diagnostics.Metrics;
using driftline.events;
using Driftline.Recommender.Retrieval;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

public sealed class RecommendTests
{
    private readonly FakeTimeProvider _time = new(Start + TimeSpan.FromSeconds(1));
    private readonly CatalogTable _catalog = new();
    private readonly ReleaseTable _releases = new(NullLogger<ReleaseTable>.Instance);
    private readonly VectorTable _vectors;
    private readonly TrendingTable _trending;
    private readonly Recommend _recommend;

    public RecommendTests()
    {
        var options = Options.Create(new RecommenderOptions());
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        _vectors = new VectorTable(_releases, options, _time, NullLogger<VectorTable>.Instance);
        _trending = new TrendingTable(options, _time);
        _recommend = new Recommend(_catalog, _vectors, _releases, _trending, new RecommenderMetrics(meters, new Coverage(_catalog, _time)), _time);
        foreach (var (id, category, x) in new[] { ("green", "tea", 4f), ("black", "tea", 3f), ("robot", "toys", 2f), ("brush", "art", 1f), ("spade", "garden", 0.5f) })
        {
            _catalog.Apply(Item(id, category));
            _vectors.Apply(Vector(id, "m1", x, 0));
        }

        _releases.Apply(Release("default", "m1", 1));
        _trending.Apply(Event("other", "1", Start, new Purchase { items = Items("spade") }));
        _trending.Apply(Event("other", "2", Start, new Click { items = Items("green", "not-in-the-catalogue") }));
    }

    [Fact]
    public void AKnownUserGetsTheBestItemsOfTheSameModelVersion()
    {
        var answer = _recommend.For("u", InterestsOf("u", "m1", 1, 0), 3, null);
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
        var answer = _recommend.For("u", InterestsOf("u", "m1", 1, 0), 5, null);
        Assert.Equal(
            ["Interest in tea is rising: 20% to 50%", "Interest in tea is rising: 20% to 50%", "Interest in toys is high: 40%", "Interest in art is high: 6%", "Fits the recent activity"],
            answer.Items.Select(item => item.Reasons[0]));
    }

    [Fact]
    public void AnUnknownUserGetsTrendingItemsAndIsToldSo()
    {
        var answer = _recommend.For("nobody", null, 10, null);
        Assert.False(answer.Personalised);
        Assert.Equal("unknown user", answer.Reason);
        Assert.Equal("m1", answer.ModelVersion);
        Assert.Equal(["spade", "green"], answer.Items.Select(item => item.ItemId));
        Assert.All(answer.Items, item => Assert.Equal("trending", item.Source));
        Assert.Equal("Popular now: 3 weighted recent actions", answer.Items[0].Reasons[0]);
    }

    [Fact]
    public void AUserOfAVersionWithoutItemVectorsGetsTrendingItemsAndTheVersionIsNamed()
    {
        var answer = _recommend.For("u", InterestsOf("u", "m0", 1, 0), 10, null);
        Assert.False(answer.Personalised);
        Assert.Contains("no item vectors of model version m0", answer.Reason, StringComparison.Ordinal);
        Assert.Equal("m0", answer.ModelVersion);
        Assert.All(answer.Items, item => Assert.Equal("trending", item.Source));
    }

    [Fact]
    public void UnavailableWithdrawnAndUncataloguedItemsAreLeftOut()
    {
        _catalog.Apply(Item("green", "tea", available: false));
        _catalog.Apply(Record<CatalogItem>("black", null));
        _vectors.Apply(Vector("phantom", "m1", 100, 0));
        var answer = _recommend.For("u", InterestsOf("u", "m1", 1, 0), 10, null);
        Assert.Equal(["robot", "brush", "spade"], answer.Items.Select(item => item.ItemId));
        Assert.Equal(["spade"], _recommend.For("nobody", null, 10, null).Items.Select(item => item.ItemId));
    }

    [Fact]
    public void ACategoryFilterHoldsForModelAndTrendingItems()
    {
        Assert.Equal(["spade"], _recommend.For("u", InterestsOf("u", "m1", 1, 0), 10, "garden").Items.Select(item => item.ItemId));
        Assert.Equal(["green"], _recommend.For("nobody", null, 10, "tea").Items.Select(item => item.ItemId));
        var nothing = _recommend.For("u", InterestsOf("u", "m1", 1, 0), 10, "no such category");
        Assert.Empty(nothing.Items);
        Assert.Equal("no available item of that category has a vector", nothing.Reason);
    }

    [Fact]
    public void TrendingItemsFillWhatTheModelLeavesOpenWithoutRepeats()
    {
        _catalog.Apply(Item("new", "tea")); // no vector yet
        _trending.Apply(Event("other", "3", Start, new Click { items = Items("new") }));
        var answer = _recommend.For("u", InterestsOf("u", "m1", 1, 0), 10, null);
        Assert.Equal(["green", "black", "robot", "brush", "spade", "new"], answer.Items.Select(item => item.ItemId));
        Assert.Equal("trending", answer.Items[^1].Source);
        Assert.True(answer.Personalised);
    }

    [Fact]
    public void TheSameStateGivesTheSameItems()
    {
        var interests = InterestsOf("u", "m1", 0, 1); // all scores are zero: ties by id
        var items = _recommend.For("u", interests, 5, null).Items.Select(item => item.ItemId).ToList();
        Assert.Equal(["black", "brush", "green", "robot", "spade"], items);
        Assert.Equal(items, _recommend.For("u", interests, 5, null).Items.Select(item => item.ItemId));
    }

    [Fact]
    public void AUserVectorOfAnotherLengthIsNotScored() =>
        Assert.Contains("3 dimensions", _recommend.For("u", InterestsOf("u", "m1", 1, 0, 0), 5, null).Reason, StringComparison.Ordinal);

    [Fact]
    public void TheTokenCarriesTheTimeAndTheModelVersionOfPersonalAnswersOnly()
    {
        Assert.True(AttributionToken.TryParse(_recommend.For("u", InterestsOf("u", "m1", 1, 0), 1, null).AttributionToken, out var personal));
        Assert.Equal(("m1", _time.GetUtcNow()), (personal.ModelVersion, personal.Time));
        Assert.True(AttributionToken.TryParse(_recommend.For("nobody", null, 1, null).AttributionToken, out var general));
        Assert.Equal("", general.ModelVersion);
        Assert.NotEqual(personal.Nonce, general.Nonce);
    }
}
