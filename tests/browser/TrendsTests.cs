using Microsoft.Playwright;
using Xunit;

namespace Driftline.Browser.Tests;

/// <summary>The trends page.</summary>
public sealed class TrendsTests(PipelineFixture fixture)
{
    [Fact]
    public async Task WhereInterestGoesIsDrawnAndWhoFollowsIsListedByKeyboard()
    {
        var pipeline = await fixture.StartedAsync();
        await ShopAsync(pipeline);
        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, "");
        var page = console.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "Trends" }).ClickAsync();
        await Assertions.Expect(page.Locator("#population")).ToContainTextAsync("shoppers");
        var choices = page.Locator("#sankey a");
        await Assertions.Expect(choices.First).ToBeVisibleAsync();
        var categories = await choices.EvaluateAllAsync<string[]>("links => links.map(link => link.dataset.category)");
        Assert.InRange(categories.Length, 2, 12);
        Assert.Subset((await page.Locator("#matrix tbody th").AllTextContentsAsync()).ToHashSet(), categories.ToHashSet());
        Assert.True(await page.Locator("#sankey .flow:not(.stays)").CountAsync() > 0);
        Assert.NotEqual(0, await page.Locator("#movers .up b").CountAsync());

        var rising = "";
        foreach (var category in categories)
        {
            rising = category;
            if ((await pipeline.Recommender.GetStringAsync($"/v1/audiences/{Uri.EscapeDataString(category)}?limit=1")).Length > 0) break;
        }

        await page.Locator($"#sankey a[data-category=\"{rising}\"]").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#audience-title")).ToHaveTextAsync($"Rising in {rising}");
        var member = page.Locator("#members a").First;
        await Assertions.Expect(member).ToBeVisibleAsync();
        await console.HoldsUpAsync("trends");

        var user = await member.TextContentAsync();
        await member.ClickAsync();
        await Assertions.Expect(page.Locator("#who")).ToHaveTextAsync(user!);
        Assert.Empty(console.Errors);
    }

    /// <summary>Shoppers who look at products from all over the catalogue, two each.</summary>
    private static async Task ShopAsync(Pipeline pipeline)
    {
        var users = Enumerable.Range(0, 80).Select(_ => $"shopper-{Guid.NewGuid():N}"[..16]).ToList();
        var events = users.Index().SelectMany(user => new[] { 97, 613 }.Select(step => Traffic.Event(user.Item, pipeline.Items[user.Index * step % pipeline.Items.Count].ItemId)));
        Assert.Equal(202, (await pipeline.PostEventsAsync($"[{string.Join(',', events)}]")).Status);
        foreach (var user in users) await pipeline.AskUntilAsync($"/v1/users/{user}/interests", TimeSpan.FromSeconds(30), _ => true);
    }
}
