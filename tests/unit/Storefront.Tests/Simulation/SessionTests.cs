using Driftline.Storefront.Simulation;
using Xunit;

namespace Driftline.Storefront.Tests.Simulation;

/// <summary>There is something to learn from the order of clicks, beyond what is popular.</summary>
public sealed class SessionTests
{
    private readonly Simulator _shop = new(new SimulatorOptions { Seed = 3 });
    private readonly Dictionary<string, string> _category;
    private readonly List<List<string>> _clicks;

    public SessionTests()
    {
        _category = _shop.Catalog.ToDictionary(item => item.ItemId, item => item.Categories[0]);
        _clicks = [.. _shop.Events().TakeWhile(e => e.EventTime < _shop.Options.Start.AddDays(60)).Where(e => e.EventType == "click")
            .GroupBy(e => e.UserId).Select(user => user.Select(e => e.ItemId).ToList()).Where(items => items.Count > 1)];
    }

    [Fact]
    public void TheNextClickIsInTheLastOnesCategoryFarMoreOftenThanChance()
    {
        var pairs = _clicks.SelectMany(items => items.Zip(items.Skip(1))).ToList();
        var same = pairs.Count(pair => _category[pair.First] == _category[pair.Second]) / (double)pairs.Count;
        var shares = _clicks.SelectMany(items => items).CountBy(item => _category[item]).Select(pair => pair.Value / (double)_clicks.Sum(items => items.Count)).ToList();
        var chance = shares.Sum(share => share * share);

        TestContext.Current.TestOutputHelper?.WriteLine($"same category {same:0.000}, by chance {chance:0.000}");
        Assert.True(same > 0.4 && same > 8 * chance, $"same {same}, chance {chance}");
    }

    [Fact]
    public void WhatFollowedTheLastItemPredictsTheNextBetterThanPopularity()
    {
        var popular = _clicks.SelectMany(items => items[..^1]).CountBy(item => item).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => pair.Key).Take(10).ToList();
        var after = _clicks.SelectMany(items => items[..^1].Zip(items[1..^1])).GroupBy(pair => pair.First)
            .ToDictionary(group => group.Key, group => group.CountBy(pair => pair.Second).OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key).Take(10).ToList());

        var byPopularity = _clicks.Average(items => Gain(popular, items[^1]));
        var byLast = _clicks.Average(items => Gain(after.GetValueOrDefault(items[^2]) ?? popular, items[^1]));

        TestContext.Current.TestOutputHelper?.WriteLine($"NDCG@10 popularity {byPopularity:0.0000}, last item {byLast:0.0000}, users {_clicks.Count}");
        Assert.True(byLast > 5 * byPopularity && byLast > 0.08, $"popularity {byPopularity}, last item {byLast}");
    }

    [Fact]
    public void PopularityWithinACategoryIsSteep()
    {
        var counts = _clicks.SelectMany(items => items).CountBy(item => item).GroupBy(pair => _category[pair.Key])
            .Select(category => category.Select(pair => pair.Value).OrderDescending().ToList()).Where(category => category.Sum() > 500).ToList();

        Assert.True(counts.Count > 20);
        Assert.All(counts, category => Assert.InRange(category.Take(category.Count / 10).Sum() / (double)category.Sum(), 0.2, 0.8));
    }

    private static double Gain(List<string> ranked, string item)
    {
        var rank = ranked.IndexOf(item);
        return rank < 0 ? 0 : 1 / Math.Log2(rank + 2);
    }
}
