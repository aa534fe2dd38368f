using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Driftline.Browser.Tests;

/// <summary>The shop, as a person uses it who acts as a shopper.</summary>
public sealed class ShopTests(PipelineFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static string NewShopper => $"shopper-{Guid.NewGuid():N}"[..16];

    [Fact]
    public async Task ThreeProductsOfOneCategoryRaiseItsForecastAndChangeTheRecommendationsWithoutAReload()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewShopper;
        var before = pipeline.Items[0].Categories[0];
        var after = pipeline.Items.First(item => item.Categories[0] != before && pipeline.Items.Count(other => other.Categories[0] == item.Categories[0]) >= 4).Categories[0];
        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, $"?user={user}");
        var page = console.Page;
        await Assertions.Expect(page.GetByText("Nothing is known of this shopper yet")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#why-not")).ToContainTextAsync("Not personal");
        var loaded = await console.LoadedAtAsync();

        await ViewAsync(page, before, 0);
        await Assertions.Expect(page.Locator("#length")).ToHaveTextAsync("1");
        await Assertions.Expect(page.Locator("#picks .tile")).ToHaveCountAsync(8);
        await Assertions.Expect(page.Locator("#source")).ToContainTextAsync("from the model");
        var (forecast, picks) = (await ForecastAsync(pipeline, user, after, 1), await page.Locator("#picks h3").AllTextContentsAsync());

        for (var product = 0; product < 3; product++) await ViewAsync(page, after, product);

        await Assertions.Expect(page.Locator("#length")).ToHaveTextAsync("4");
        Assert.True(await ForecastAsync(pipeline, user, after, 4) > forecast);
        await Assertions.Expect(page.Locator($".bars tr:has(th[title=\"{after}\"]) td.soon")).ToHaveTextAsync($"{Math.Round(100 * await ForecastAsync(pipeline, user, after, 4), MidpointRounding.AwayFromZero)}%");
        await Assertions.Expect(page.Locator("#picks h3")).Not.ToHaveTextAsync(picks);
        await Assertions.Expect(page.Locator("#picks")).ToContainTextAsync("Because you viewed");
        await Assertions.Expect(page.Locator("#log")).ToContainTextAsync("in the answer after");
        await Assertions.Expect(page.Locator("#last-effect")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^[\d.]+ m?s$"));
        Assert.Equal(loaded, await console.LoadedAtAsync());
        await console.HoldsUpAsync("shop", whole: false);
    }

    [Fact]
    public async Task AShopperBuysWhatIsInTheCartAndReviewsIt()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewShopper;
        var (first, second) = (pipeline.Items[3], pipeline.Items[4]);
        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, $"?user={user}");
        var page = console.Page;
        foreach (var item in new[] { first, second })
        {
            await page.GetByPlaceholder("Search by title or id").FillAsync(item.ItemId);
            await page.Locator("#found").GetByRole(AriaRole.Button, new() { Name = $"Add to the cart: {item.Title}", Exact = true }).ClickAsync();
        }

        await page.GetByText("Cart (2)").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Buy for" }).ClickAsync();
        await Assertions.Expect(page.Locator("#cart > summary")).ToHaveTextAsync("Cart");
        await page.Locator("#found").GetByRole(AriaRole.Button, new() { Name = second.Title, Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { Name = "4 stars" }).CheckAsync(new() { Force = true });
        await page.GetByLabel("Review", new() { Exact = true }).FillAsync("Just right.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send review" }).ClickAsync();

        var held = await pipeline.AskUntilAsync($"/v1/users/{user}/export", Limit, export => export.GetProperty("sequence").GetArrayLength() == 6);
        var acts = held.GetProperty("sequence").EnumerateArray().Select(entry => (Type: entry.GetProperty("eventType").GetString()!, Item: entry.GetProperty("itemId").GetString()!));
        Assert.Equal(
            [("add-to-cart", first.ItemId), ("add-to-cart", second.ItemId), ("click", second.ItemId), ("purchase", first.ItemId), ("purchase", second.ItemId), ("review", second.ItemId)],
            acts.OrderBy(act => act.Type, StringComparer.Ordinal).ThenBy(act => act.Item, StringComparer.Ordinal));
        Assert.Equal(4, held.GetProperty("sequence").EnumerateArray().Single(entry => entry.GetProperty("eventType").GetString() == "review").GetProperty("weight").GetInt32());
        await Assertions.Expect(page.Locator("#length")).ToHaveTextAsync("6");
        await Assertions.Expect(page.Locator("#picks h3").GetByText(first.Title, new() { Exact = true })).ToHaveCountAsync(0);
        await console.HoldsUpAsync("shop-product");
    }

    [Fact]
    public async Task TheShopIsUsedByKeyboardAloneAndTheFocusNeverGetsLost()
    {
        var pipeline = await fixture.StartedAsync();
        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, $"?user={NewShopper}");
        var page = console.Page;
        var (keys, item) = (page.Keyboard, pipeline.Items[7]);
        await Assertions.Expect(page.Locator("body.may-act #found .tile").First).ToBeVisibleAsync();

        await keys.PressAsync("Tab");
        Assert.Equal("Skip to the content", await console.FocusedAsync());
        await keys.PressAsync("Enter");
        Assert.Equal("main", await console.FocusedAsync());
        await page.Locator("#query").FocusAsync();
        await keys.TypeAsync(item.ItemId);
        await Assertions.Expect(page.Locator("#found .tile")).ToHaveCountAsync(1);
        await keys.PressAsync("Tab"); // to the category
        await keys.PressAsync("Tab"); // to the product
        Assert.Equal(item.Title, await console.FocusedAsync());
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#product")).ToBeVisibleAsync();
        Assert.Equal("product-title", await console.FocusedAsync());
        await keys.PressAsync("Tab");
        await keys.PressAsync("Enter"); // Buy now
        await Assertions.Expect(page.Locator("#log")).ToContainTextAsync($"Bought {item.Title}");
        await keys.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#product")).ToBeHiddenAsync();
        Assert.Equal(item.Title, await console.FocusedAsync());

        // What is recommended changes under the shopper's hands, and the focus stays: with the product, or where that has gone, with the list.
        var shown = await page.Locator("#picks").InnerHTMLAsync();
        await page.Locator("#picks .add").First.FocusAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#picks .tile")).Not.ToHaveCountAsync(0);
        await page.WaitForFunctionAsync("shown => document.querySelector('#picks').innerHTML !== shown", shown);
        Assert.Contains(await console.FocusedAsync(), (string[])["Add", "picks-title"]);
        Assert.Empty(console.Errors);
    }

    [Fact]
    public async Task RecommendationsThatTheServiceHadNoTimeForComeLater()
    {
        var pipeline = await fixture.StartedAsync();
        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, $"?user={NewShopper}");
        var page = console.Page;
        await Assertions.Expect(page.Locator("#picks .tile").First).ToBeVisibleAsync();
        await console.RefuseAsync("**/recommendations?*", status: 429, times: 2);

        await page.GetByRole(AriaRole.Button, new() { Name = "New shopper" }).ClickAsync();
        await Assertions.Expect(page.Locator("#why-not")).ToContainTextAsync("No recommendations: Redis is away");
        await Assertions.Expect(page.Locator("#why-not")).ToContainTextAsync("Not personal");
        await Assertions.Expect(page.Locator("#picks .tile").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task WhileTheShoppersCannotBeListedTheOneOfTheAddressShopsAndNobodyActsWithoutOne()
    {
        var pipeline = await fixture.StartedAsync();
        var (shop, user) = (pipeline.Recommender.BaseAddress!, NewShopper);
        await using var console = await OpenConsole.AtAsync(shop, "reference.html");
        var page = console.Page;
        await console.RefuseAsync("**/v1/users?*");

        await page.GotoAsync(shop.ToString());
        await Assertions.Expect(page.Locator("#found .tile").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#found .add").First).ToBeHiddenAsync();

        await page.GotoAsync(new Uri(shop, $"?user={user}").ToString());
        await Assertions.Expect(page.Locator("#who")).ToHaveTextAsync(user);
        await page.Locator("#found .add").First.ClickAsync();
        await Assertions.Expect(page.Locator("#log")).ToContainTextAsync("in the answer after");
    }

    [Fact]
    public async Task AProductThatIsNotForSaleCannotBeBought()
    {
        var pipeline = await fixture.StartedAsync();
        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, $"?user={NewShopper}");
        var page = console.Page;
        await Assertions.Expect(page.Locator("#found .tile").First).ToBeVisibleAsync();
        await page.RouteAsync("**/v1/items?*", async route =>
        {
            var answer = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = answer, Body = (await answer.TextAsync()).Replace("\"available\":true", "\"available\":false", StringComparison.Ordinal) });
        });

        await page.Locator("#query").FillAsync(pipeline.Items[5].ItemId);
        await Assertions.Expect(page.Locator("#found .tile")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#found")).ToContainTextAsync("not for sale");
        await page.Locator("#found .open").ClickAsync();
        await Assertions.Expect(page.Locator("#product .detail")).ToContainTextAsync("not for sale");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Buy now" })).ToHaveCountAsync(0);
        Assert.Empty(console.Errors);
    }

    /// <summary>Opens the n-th product of a category and comes back.</summary>
    private static async Task ViewAsync(IPage page, string category, int product)
    {
        await page.Locator("#category").SelectOptionAsync(new SelectOptionValue { Value = category });
        await Assertions.Expect(page.Locator("#found .tile").Filter(new() { HasNotText = category })).ToHaveCountAsync(0);
        var tile = page.Locator("#found .tile").Nth(product).Locator(".open");
        var title = await tile.TextContentAsync();
        await tile.ClickAsync();
        await Assertions.Expect(page.Locator("#product-title")).ToHaveTextAsync(title!);
        await page.GetByRole(AriaRole.Button, new() { Name = "Back to the shop" }).ClickAsync();
    }

    private static async Task<double> ForecastAsync(Pipeline pipeline, string user, string category, int events)
    {
        var interests = await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Limit, answer => answer.GetProperty("sequenceLength").GetInt32() == events);
        return interests.GetProperty("interests").EnumerateArray().FirstOrDefault(share => share.GetProperty("category").GetString() == category) is { ValueKind: JsonValueKind.Object } share
            ? share.GetProperty("next").GetDouble() : 0;
    }
}
