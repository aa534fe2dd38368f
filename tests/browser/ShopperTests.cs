using System.Globalization;
using Microsoft.Playwright;
using Xunit;

namespace Driftline.Browser.Tests;

/// <summary>The page of one shopper.</summary>
public sealed class ShopperTests(PipelineFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task AShoppersInterestIsDrawnOverTimeAndGrowsAsTheyAct()
    {
        var pipeline = await fixture.StartedAsync();
        var user = $"shopper-{Guid.NewGuid():N}"[..16];
        var categories = pipeline.Items.Select(item => item.Categories[0]).Distinct().Take(4).ToList();
        var items = categories.SelectMany(category => pipeline.Items.Where(item => item.Categories[0] == category).Take(2)).ToList();
        foreach (var (index, item) in items.Index()) await ActAsync(pipeline, user, item.ItemId, index + 1);
        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, $"user.html?user={user}");
        var page = console.Page;
        await Assertions.Expect(page.Locator("#span")).ToContainTextAsync($"{items.Count} states");
        var loaded = await console.LoadedAtAsync();

        // Layers, their names and the table are those of the answer.
        var layers = await page.Locator("#layers button").AllTextContentsAsync();
        Assert.All(categories, category => Assert.Contains(category, layers));
        Assert.Equal(layers.Count, await page.Locator("#stream .layer").CountAsync());
        Assert.Equal(items.Count + 1, await page.Locator("#stream-table thead th").CountAsync() - 1);
        Assert.Contains("predicted", await page.Locator("#stream svg").GetAttributeAsync("aria-label"), StringComparison.Ordinal);
        await Assertions.Expect(page.Locator("#history tbody tr")).ToHaveCountAsync(items.Count);
        await Assertions.Expect(page.Locator("#history tbody tr").First).ToContainTextAsync(items[^1].Title);

        var drifts = (await pipeline.AskUntilAsync($"/v1/users/{user}/interests?history=100", Limit, _ => true)).GetProperty("history").EnumerateArray().Select(state => state.GetProperty("drift").GetDouble()).ToList();
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"Drift over {items.Count} states, between {drifts.Min():0.000} and {drifts.Max():0.000}"), await page.Locator("#drifts").GetAttributeAsync("aria-label"));

        await page.Locator("#layers").GetByRole(AriaRole.Button, new() { Name = categories[^1], Exact = true }).FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(page.Locator("#stream .layer.single title")).ToHaveTextAsync(categories[^1]);
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(page.Locator("#stream .layer.single")).ToHaveCountAsync(0);

        await ActAsync(pipeline, user, items[0].ItemId, items.Count + 1, "purchase");
        await Assertions.Expect(page.Locator("#span")).ToContainTextAsync($"{items.Count + 1} states");
        await Assertions.Expect(page.Locator("#history tbody tr").First).ToContainTextAsync("bought");
        Assert.Equal(loaded, await console.LoadedAtAsync());
        await console.HoldsUpAsync("shopper");
    }

    [Fact]
    public async Task AnUnknownShopperIsSaidToBeUnknownAndThoseUpdatedLastAreListed()
    {
        var pipeline = await fixture.StartedAsync();
        var user = $"shopper-{Guid.NewGuid():N}"[..16];
        await ActAsync(pipeline, user, pipeline.Items[0].ItemId, 1);
        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, "user.html");
        var page = console.Page;

        await page.GetByRole(AriaRole.Link, new() { Name = user, Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("#stream .layer").First).ToBeVisibleAsync();
        await page.GetByPlaceholder("user id").FillAsync("nobody at all");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();

        await Assertions.Expect(page.Locator("#unknown")).ToContainTextAsync("Nothing is known of “nobody at all”");
        await Assertions.Expect(page.Locator("#history")).ToContainTextAsync("No event is held.");
        Assert.Empty(console.Errors);
    }

    [Fact]
    public async Task WhatIsHeldOfAShopperComesLaterWhereTheServiceHadNoTime()
    {
        var pipeline = await fixture.StartedAsync();
        var user = $"shopper-{Guid.NewGuid():N}"[..16];
        await ActAsync(pipeline, user, pipeline.Items[0].ItemId, 1);
        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, "reference.html");
        var page = console.Page;
        await console.RefuseAsync("**/export", times: 2);

        await page.GotoAsync(new Uri(pipeline.Recommender.BaseAddress!, $"user.html?user={user}").ToString());
        await Assertions.Expect(page.Locator("#trouble")).ToContainTextAsync("Redis is away");
        await Assertions.Expect(page.Locator("#history tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#trouble")).ToBeHiddenAsync();
    }

    /// <summary>Each act is waited for, so that each has a state of its own.</summary>
    private static async Task ActAsync(Pipeline pipeline, string user, string item, int length, string type = "click")
    {
        var (status, _) = await pipeline.PostEventsAsync(Traffic.Event(user, item, type));
        Assert.Equal(202, status);
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Limit, answer => answer.GetProperty("sequenceLength").GetInt32() == length);
    }
}
