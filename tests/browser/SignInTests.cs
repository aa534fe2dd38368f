using Microsoft.Playwright;
using Xunit;

namespace Driftline.Browser.Tests;

/// <summary>The console of a recommender that asks for API keys.</summary>
public sealed class SignInTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task WhoHasAKeySignsInOnceAndFollowsAShopperLive()
    {
        Needs.Program("chromium");
        await using var pipeline = await Pipeline.StartAsync(null, withKeys: true);
        var user = $"shopper-{Guid.NewGuid():N}"[..16];
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[0].ItemId)}]");
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, _ => true);

        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, $"user.html?user={user}");
        var page = console.Page;
        await page.GetByLabel("Key").FillAsync("dl_wrong");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page.Locator("#told")).ToContainTextAsync("a key that is in force");
        await page.GetByLabel("Key").FillAsync(pipeline.Stack.Key!);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Assertions.Expect(page.Locator("#who")).ToHaveTextAsync(user); // back on the page that was asked for
        await Assertions.Expect(page.Locator("#history tbody tr")).ToHaveCountAsync(1);
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[1].ItemId)}]");
        await Assertions.Expect(page.Locator("#history tbody tr")).ToHaveCountAsync(2); // by the stream, which shows the cookie
        Assert.Equal("", await page.EvaluateAsync<string>("document.cookie")); // no script can read it
    }
}
