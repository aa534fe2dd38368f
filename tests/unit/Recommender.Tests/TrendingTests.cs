using driftline.events;
using Driftline.Recommender.Retrieval;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

public sealed class TrendingTests
{
    private readonly FakeTimeProvider _time = new(Start + TimeSpan.FromDays(30));
    private readonly TrendingTable _table;

    public TrendingTests() => _table = New(new RecommenderOptions { TrendingHalfLife = TimeSpan.FromDays(1) });

    [Fact]
    public void WeightsHalveWithEachHalfLifeOfEventTime()
    {
        // a: purchase 3 two days before the newest event = 3/4; b: cart 2 a day before = 1, and a click now = 1, so 2; c: a review now = 1.
        _table.Apply(Event("u", "1", Start, new Purchase { items = Items("a") }));
        _table.Apply(Event("u", "2", Start.AddDays(2), new Click { items = Items("b") }));
        _table.Apply(Event("u", "3", Start.AddDays(1), new AddToCart { items = Items("b") }));
        _table.Apply(Event("u", "4", Start.AddDays(2), new Review { items = Items("c"), rating = 5 }));
        var ranking = _table.Ranking();
        Assert.Equal(["b", "c", "a"], ranking.Items.Select(item => item.ItemId));
        Assert.Equal([2.0, 1.0, 0.75], ranking.Items.Select(item => Math.Round(item.Weight, 9)));
        Assert.Equal(Start.AddDays(2), ranking.NewestEventTime);
    }

    [Fact]
    public void OldEventsNeitherVanishNorOverflow()
    {
        var table = New(new RecommenderOptions { TrendingHalfLife = TimeSpan.FromMinutes(1) });
        table.Apply(Event("u", "1", DateTimeOffset.UnixEpoch, new Click { items = Items("old") }));
        table.Apply(Event("u", "2", DateTimeOffset.UnixEpoch, new Click { items = Items("old") }));
        table.Apply(Event("u", "3", DateTimeOffset.UnixEpoch, new Click { items = Items("older") }));
        Assert.Equal([2.0, 1.0], table.Ranking().Items.Select(item => Math.Round(item.Weight, 6)));
        table.Apply(Event("u", "4", Start, new Click { items = Items("new") }));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["new", "old", "older"], table.Ranking().Items.Select(item => item.ItemId));
    }

    [Fact]
    public void AWeightThatWouldReadAsZeroIsLeftUnsaid()
    {
        var catalog = new CatalogTable(_time);
        foreach (var id in (string[])["much", "little"]) catalog.Apply(Item(id, "tea"));
        var ranking = new TrendingRanking([new TrendingItem("much", 0.06), new TrendingItem("little", 0.03)], Start, Start);
        Assert.Equal(["Popular now: 0.1 weighted recent actions", "Popular now"], new PickTrending(catalog).From(ranking, new Wanted(2, ItemFilter.None)).Select(item => Assert.Single(item.Reasons)));
    }

    [Fact]
    public void ARepeatedEventIdOfTheSameUserCountsOnce()
    {
        for (var i = 0; i < 3; i++) _table.Apply(Event("u", "same", Start, new Click { items = Items("a") }));
        _table.Apply(Event("v", "same", Start, new Click { items = Items("a") }));
        Assert.Equal(2, Assert.Single(_table.Ranking().Items).Weight, 9);
    }

    [Fact]
    public void ImpressionsAndEventsFromTheFutureDoNotCount()
    {
        _table.Apply(Event("u", "1", Start, new Impression { items = Items("a") }));
        _table.Apply(Event("u", "2", _time.GetUtcNow().AddYears(10), new Purchase { items = Items("a") }));
        Assert.Equal(TrendingRanking.Empty, _table.Ranking());
    }

    [Theory]
    [InlineData(1_700_000_000_000_000)] // microseconds
    [InlineData(-1)]
    public void AnEventThatSaysNoTimeOfReceiptIsPassedOver(long receivedAt)
    {
        var odd = Event("u", "1", Start, new Purchase { items = Items("odd") });
        odd.Value!.receivedAt = receivedAt;
        _table.Apply(odd);
        _table.Apply(Event("u", "2", Start, new Click { items = Items("a") }));
        Assert.Equal("a", Assert.Single(_table.Ranking().Items).ItemId);
        Assert.Equal(Start.AddMilliseconds(20), _table.Ranking().NewestReceivedAt);
    }

    [Fact]
    public void MemoryIsBoundedAndTheLeastTrendingAreForgotten()
    {
        var table = New(new RecommenderOptions { TrendingHalfLife = TimeSpan.FromDays(1), TrendingMaxItems = 100 });
        for (var i = 0; i < 1_000; i++) table.Apply(Event("u", $"{i}", Start.AddMinutes(i), new Click { items = Items($"item-{i}") }));
        var items = table.Ranking().Items;
        Assert.InRange(items.Length, 90, 100);
        Assert.Equal("item-999", items[0].ItemId);
        Assert.Equal(Enumerable.Range(0, items.Length).Select(i => $"item-{999 - i}"), items.Select(item => item.ItemId));
    }

    [Fact]
    public void ARankingIsKeptForASecond()
    {
        _table.Apply(Event("u", "1", Start, new Click { items = Items("a") }));
        var first = _table.Ranking();
        _table.Apply(Event("u", "2", Start, new Click { items = Items("b") }));
        Assert.Same(first, _table.Ranking());
    }

    [Fact]
    public async Task ARankingIsMadeAnewBesideTheAnswersAndWaitedForWhereItIsOld()
    {
        _table.Apply(Event("u", "1", Start, new Click { items = Items("a") }));
        _table.Ranking();
        _table.Apply(Event("u", "2", Start, new Click { items = Items("b") }));
        _time.Advance(TimeSpan.FromSeconds(1));
        for (var deadline = DateTime.UtcNow.AddSeconds(10); _table.Ranking().Items.Length < 2 && DateTime.UtcNow < deadline;) await Task.Delay(1);
        Assert.Equal(["a", "b"], _table.Ranking().Items.Select(item => item.ItemId));

        _table.Apply(Event("u", "3", Start, new Click { items = Items("c") }));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["a", "b", "c"], _table.Ranking().Items.Select(item => item.ItemId));
    }

    private TrendingTable New(RecommenderOptions options) => new(Options.Create(options), _time);
}
