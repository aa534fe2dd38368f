using driftline.events;
using Driftline.Recommender.Interests;
using Driftline.Recommender.Tests.Experiments;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

/// <summary>How long a bought item is not offered to its buyer again: a main category's own interval, else the general one.</summary>
public sealed class PurchasedItemsTests
{
    private readonly Tables _tables = new();

    public PurchasedItemsTests()
    {
        foreach (var (id, category) in new[] { ("green", "tea"), ("black", "tea"), ("robot", "toys"), ("brush", "art"), ("spade", "garden") }) _tables.Catalog.Apply(Item(id, category));
    }

    [Fact]
    public async Task AMainCategorysOwnIntervalCountsAndAnItemOfNoneOrOfAnotherWaitsTheGeneralOne()
    {
        await using var redis = OwnRedis.Start();
        await using var connection = await redis.ConnectAsync();
        await BoughtAsync(connection, ("green", TimeSpan.FromDays(2)), ("black", TimeSpan.FromHours(12)), ("robot", TimeSpan.Zero), ("brush", TimeSpan.FromDays(2)), ("spade", TimeSpan.FromDays(31)), ("not-in-the-catalogue", TimeSpan.FromDays(2)));

        Assert.Equal(["black", "brush", "not-in-the-catalogue"], await HiddenAsync(connection));
    }

    /// <summary>A replay of old events is judged by the days that it replays.</summary>
    [Fact]
    public async Task AnIntervalEndsByTheNewestEventsTimeNotByTheClock()
    {
        await using var redis = OwnRedis.Start();
        await using var connection = await redis.ConnectAsync();
        await BoughtAsync(connection, ("green", TimeSpan.FromHours(12)));
        _tables.Time.Advance(TimeSpan.FromDays(400));
        Assert.Empty(await HiddenAsync(connection)); // no event yet: the clock's time

        _tables.Trending.Apply(Event("other", "1", Start, new Click { items = Items("robot") }));
        Assert.Equal(["green"], await HiddenAsync(connection));

        _tables.Trending.Apply(Event("other", "2", Start + TimeSpan.FromHours(12), new Click { items = Items("robot") }));
        _tables.Time.Advance(TimeSpan.FromMinutes(1)); // past the age at which a ranking is made anew
        Assert.Empty(await HiddenAsync(connection));
    }

    [Theory]
    [InlineData("Recommender:RepurchaseInterval", "36501.00:00:00", "Recommender:RepurchaseInterval must be between")]
    [InlineData("Recommender:RepurchaseIntervals:tea", "36501.00:00:00", "Recommender:RepurchaseIntervals must be between")]
    [InlineData("Recommender:RepurchaseIntervals:tea", "-00:00:01", "Recommender:RepurchaseIntervals must be between")]
    public async Task AnIntervalThatCannotBeStopsTheStartAndIsNamed(string key, string value, string told)
    {
        await using var app = new RecommenderWithoutPipeline((key, value));
        Assert.Contains(told, Assert.Throws<OptionsValidationException>(() => app.Services).Message, StringComparison.Ordinal);
    }

    private static Task<long> BoughtAsync(IConnectionMultiplexer redis, params (string ItemId, TimeSpan Ago)[] items) =>
        redis.GetDatabase().SortedSetAddAsync("purchased:u", [.. items.Select(item => new SortedSetEntry(item.ItemId, (Start - item.Ago).ToUnixTimeMilliseconds()))]);

    private async Task<IEnumerable<string>> HiddenAsync(IConnectionMultiplexer redis)
    {
        var options = Options.Create(new RecommenderOptions { RepurchaseIntervals = { ["tea"] = TimeSpan.FromDays(1), ["toys"] = TimeSpan.Zero } });
        return (await new PurchasedItems(redis, _tables.Catalog, _tables.Trending, options, _tables.Time).HiddenAsync("u")).Order(StringComparer.Ordinal);
    }
}
