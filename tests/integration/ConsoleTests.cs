using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>The console as a person sees it, in Debian's Chromium. DRIFTLINE_UPDATE_GENERATED=1 renews the screenshots in docs/images.</summary>
public sealed class ConsoleTests(PipelineFixture fixture)
{
    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    [Fact]
    public async Task TheConsoleShowsAShoppersInterestAndFollowsItWithoutAReload()
    {
        var chromium = Needs.Program("chromium");
        var pipeline = await fixture.StartedAsync();
        var user = $"shopper-{Guid.NewGuid():N}"[..16];
        var first = pipeline.Items[0];
        var second = pipeline.Items.First(item => item.Categories[0] != first.Categories[0]);
        await ActAsync(pipeline, user, first.ItemId, "click");
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", TimeSpan.FromSeconds(10), _ => true);

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = Arguments });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 }, ColorScheme = ColorScheme.Light });
        var errors = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error") errors.Add(message.Text);
        };
        await page.GotoAsync(pipeline.Recommender.BaseAddress!.ToString());
        await page.GetByPlaceholder("user id").FillAsync(user);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Assertions.Expect(page.Locator("#length")).ToHaveTextAsync("1");
        await Assertions.Expect(page.Locator("#bars tbody")).ToContainTextAsync(first.Categories[0]);
        var loaded = await page.EvaluateAsync<double>("performance.timeOrigin");

        foreach (var item in pipeline.Items.Where(item => item.Categories[0] == second.Categories[0]).Take(3)) await ActAsync(pipeline, user, item.ItemId, "click");
        await ActAsync(pipeline, user, second.ItemId, "purchase");

        await Assertions.Expect(page.Locator("#length")).ToHaveTextAsync("5");
        await Assertions.Expect(page.Locator("#bars tbody")).ToContainTextAsync(second.Categories[0]);
        await Assertions.Expect(page.Locator("#picks > li")).ToHaveCountAsync(8);
        Assert.Equal(loaded, await page.EvaluateAsync<double>("performance.timeOrigin"));
        Assert.Empty(errors);
        await KeepScreenshotsAsync(page);
    }

    private static async Task ActAsync(Pipeline pipeline, string user, string item, string type)
    {
        var (status, _) = await pipeline.PostEventsAsync(JsonSerializer.Serialize(new
        {
            eventId = Guid.NewGuid().ToString(),
            eventType = type,
            userId = user,
            items = new[] { new { itemId = item } },
        }));
        Assert.Equal(202, status);
    }

    private static async Task KeepScreenshotsAsync(IPage page)
    {
        if (Environment.GetEnvironmentVariable("DRIFTLINE_UPDATE_GENERATED") != "1") return;
        var folder = Directory.CreateDirectory(Path.Combine(Checkout.Root, "docs", "images")).FullName;
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, "console.png"), FullPage = true });
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, "console-dark.png"), FullPage = true });
    }
}
