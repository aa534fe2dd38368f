using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>The console as a person sees it, in Debian's Chromium. DRIFTLINE_UPDATE_GENERATED=1 renews the screenshots in docs/images.</summary>
public sealed class ConsoleTests(PipelineFixture fixture)
{
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

        await using var console = await OpenConsole.InAsync(chromium);
        var page = console.Page;
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
        Assert.Empty(console.Errors);
        await KeepScreenshotsAsync(page);
    }

    [Fact]
    public async Task TheTrendsPageShowsWhereInterestGoesAndWhoFollows()
    {
        var chromium = Needs.Program("chromium");
        var pipeline = await fixture.StartedAsync();
        await Traffic.SendAsync(pipeline, 60);
        await using var console = await OpenConsole.InAsync(chromium);
        var page = console.Page;
        await page.GotoAsync(pipeline.Recommender.BaseAddress!.ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "Trends" }).ClickAsync();
        await Assertions.Expect(page.Locator("#population")).ToContainTextAsync("shoppers");
        var rows = page.Locator("#migration tbody tr");
        Assert.InRange(await rows.CountAsync(), 2, 13);
        Assert.Equal(await rows.CountAsync(), await page.Locator("#migration tbody tr:first-child td").CountAsync());

        foreach (var category in await page.Locator("#migration button").AllTextContentsAsync())
        {
            if ((await pipeline.Recommender.GetStringAsync($"/v1/audiences/{Uri.EscapeDataString(category)}?limit=1")).Length == 0) continue;
            await page.GetByRole(AriaRole.Button, new() { Name = category, Exact = true }).ClickAsync();
            break;
        }

        await Assertions.Expect(page.Locator("#audience")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#members li").First).ToBeVisibleAsync();
        await KeepScreenshotAsync(page, "trends.png");

        var member = page.Locator("#members a").First;
        var user = (await member.TextContentAsync())!;
        await member.ClickAsync();
        await Assertions.Expect(page.Locator("#user")).ToHaveValueAsync(user);
        Assert.Empty(console.Errors);
    }

    [Fact]
    public async Task TheOperationsPageDrawsWhatPrometheusKnows()
    {
        Needs.Program("prometheus");
        var chromium = Needs.Program("chromium");
        var pipeline = await fixture.StartedAsync();
        await using var prometheus = await PrometheusServer.StartAsync(pipeline.Stack, port: Pipeline.PrometheusPort);
        await Traffic.SendAsync(pipeline, 60);
        await prometheus.WaitUntilAsync("rate(driftline_recommender_freshness_seconds_count[1m]) > 0", 1, TimeSpan.FromSeconds(60));
        await using var console = await OpenConsole.InAsync(chromium);
        var page = console.Page;
        await page.GotoAsync(new Uri(pipeline.Recommender.BaseAddress!, "operations.html").ToString());
        await page.Locator("#minutes").SelectOptionAsync("5");
        var freshness = page.GetByRole(AriaRole.Region, new() { Name = "Event to answer", Exact = true });
        await Assertions.Expect(freshness.Locator("polyline")).ToHaveCountAsync(3, new() { Timeout = 30_000 });
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Replicas up" }).Locator(".series li")).ToHaveCountAsync(4);
        Assert.Empty(console.Errors);
        await KeepScreenshotAsync(page, "operations.png");
    }

    [Fact]
    public async Task TheReferencePageShowsEveryOperation()
    {
        var chromium = Needs.Program("chromium");
        var pipeline = await fixture.StartedAsync();
        var document = JsonSerializer.Deserialize<JsonElement>(await pipeline.Recommender.GetStringAsync("/openapi/v1.json"));
        await using var console = await OpenConsole.InAsync(chromium);
        var page = console.Page;
        await page.GotoAsync(pipeline.Recommender.BaseAddress!.ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "API reference" }).ClickAsync();
        await Assertions.Expect(page.Locator("#live")).ToContainTextAsync("OpenAPI 3.1");

        var shown = await page.Locator("h3 code").AllTextContentsAsync();

        Assert.Equal(document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}")), shown);
        Assert.Equal(document.GetProperty("components").GetProperty("schemas").EnumerateObject().Count(), await page.Locator("section[id]").CountAsync());
        Assert.Empty(console.Errors);
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
        await KeepScreenshotAsync(page, "console.png");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await KeepScreenshotAsync(page, "console-dark.png");
    }

    private static async Task KeepScreenshotAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("DRIFTLINE_UPDATE_GENERATED") != "1") return;
        var folder = Directory.CreateDirectory(Path.Combine(Checkout.Root, "docs", "images")).FullName;
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name), FullPage = true });
    }

    /// <summary>A page in a browser of its own, and the errors that its console has told of.</summary>
    internal sealed class OpenConsole(IPlaywright playwright, IBrowser browser, IPage page) : IAsyncDisposable
    {
        private static readonly string[] Arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        ];

        public IPage Page => page;

        public List<string> Errors { get; } = [];

        public static async Task<OpenConsole> InAsync(string chromium)
        {
            var playwright = await Playwright.CreateAsync();
            var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = Arguments });
            var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 }, ColorScheme = ColorScheme.Light });
            var console = new OpenConsole(playwright, browser, page);
            page.Console += (_, message) =>
            {
                if (message.Type == "error") console.Errors.Add(message.Text);
            };
            return console;
        }

        public async ValueTask DisposeAsync()
        {
            await browser.DisposeAsync();
            playwright.Dispose();
        }
    }
}
