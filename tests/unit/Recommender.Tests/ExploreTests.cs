using Driftline.Recommender.Retrieval;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

public sealed class ExploreTests
{
    private readonly Tables _tables = new();

    public ExploreTests()
    {
        for (var i = 0; i < 12; i++)
        {
            _tables.Catalog.Apply(Item($"i{i:00}", "tea"));
            _tables.Vectors.Apply(Vector($"i{i:00}", "m1", 12 - i, 0));
        }
    }

    [Fact]
    public void AtARateOfZeroTheOrderIsPlainAndNothingIsLogged()
    {
        var answer = For(0);
        Assert.Equal(["i00", "i01", "i02", "i03"], answer.Items.Select(item => item.ItemId));
        Assert.All(answer.Items, item => Assert.Null(item.Propensity));
        Assert.True(AttributionToken.TryParse(answer.AttributionToken, out var token));
        Assert.Null(token.Propensities);
    }

    [Fact]
    public void AnExploredAnswerIsFullSaysWhatChancePutThereAndItsTokenKeepsThePropensities()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 50; i++)
        {
            var answer = For(0.5);
            Assert.Equal(4, answer.Items.Select(item => item.ItemId).Distinct().Count());
            Assert.All(answer.Items, item => Assert.InRange(item.Propensity!.Value, 0.5 / 12, 1));
            Assert.True(AttributionToken.TryParse(answer.AttributionToken, out var token));
            Assert.Equal(answer.Items.Select(item => (float)item.Propensity!.Value), token.Propensities!);
            Assert.Equal([1, 2, 3, 4], answer.Items.Select(item => token.PositionOf(item.ItemId)!.Value));
            seen.UnionWith(answer.Items.Where(item => item.Source == "exploration").Select(item => item.ItemId));
        }

        Assert.Superset(Enumerable.Range(4, 8).Select(i => $"i{i:00}").ToHashSet(), seen); // all that the plain order never shows
    }

    [Fact]
    public void TheSameSeedMakesTheSameChoices()
    {
        var order = Enumerable.Range(0, 5).ToList();
        Assert.Equal(Explore.Choose(order, 20, 0.4, new Random(3)), Explore.Choose(order, 20, 0.4, new Random(3)));
    }

    /// <summary>Weighted by the inverse of its logged propensity, every item of the pool comes out at the first place once, in expectation.</summary>
    [Fact]
    public void PropensitiesAreTheRatesAtWhichItemsAreShown()
    {
        const int Trials = 200_000;
        var random = new Random(11);
        var weights = new double[4][];
        for (var place = 0; place < 4; place++) weights[place] = new double[6];
        for (var i = 0; i < Trials; i++)
        {
            foreach (var (place, choice) in Explore.Choose([2, 0, 5, 1], 6, 0.3, random).Index()) weights[place][choice.Index] += 1 / choice.Propensity / Trials;
        }

        Assert.All(weights[0], weight => Assert.InRange(weight, 0.95, 1.05));
        // At later places an item counts only where it is still open, and the open items' weights add up to how many are open.
        Assert.All(Enumerable.Range(0, 4), place => Assert.InRange(weights[place].Sum(), (6 - place) * 0.97, (6 - place) * 1.03));
    }

    private Api.RecommendationsAnswer For(double rate) => _tables.Recommend.For("u", InterestsOf("u", "m1", 1, 0), new Wanted(4, ItemFilter.None, Explore: rate));
}
