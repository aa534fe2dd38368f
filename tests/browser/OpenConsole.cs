using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace Driftline.Browser.Tests;

/// <summary>A page in Debian's Chromium, and the errors that its console has told of.</summary>
internal sealed class OpenConsole(IPlaywright playwright, IBrowser browser, IPage page) : IAsyncDisposable
{
    /// <summary>For a machine that is busy with other things; a page that is right does not wait for it.</summary>
    private const int PatienceMs = 30_000;

    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private static readonly (int Width, int Height) Desktop = (1280, 900), Phone = (360, 740);

    public IPage Page => page;

    public List<string> Errors { get; } = [];

    public static async Task<OpenConsole> AtAsync(Uri recommender, string path)
    {
        var chromium = Needs.Program("chromium");
        Assertions.SetDefaultExpectTimeout(PatienceMs);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = Arguments });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = Desktop.Width, Height = Desktop.Height }, ColorScheme = ColorScheme.Light });
        page.SetDefaultTimeout(PatienceMs);
        var console = new OpenConsole(playwright, browser, page);
        page.Console += (_, message) =>
        {
            if (message.Type == "error") console.Errors.Add(message.Text);
        };
        page.PageError += (_, error) => console.Errors.Add(error);
        await page.GotoAsync(new Uri(recommender, path).ToString());
        return console;
    }

    /// <summary>When the page was loaded; the same for as long as it is not loaded again.</summary>
    public Task<double> LoadedAtAsync() => page.EvaluateAsync<double>("performance.timeOrigin");

    public Task<string> FocusedAsync() => page.EvaluateAsync<string>("document.activeElement.id || document.activeElement.textContent");

    /// <summary>Answers requests whose address matches with an error, as a service that is away does, for as long as it is told to.</summary>
    /// <param name="times">How many of them; null for all.</param>
    public Task RefuseAsync(string address, int status = 503, int? times = null) =>
        page.RouteAsync(address, route => route.FulfillAsync(new() { Status = status, ContentType = "application/problem+json", Body = """{"detail":"Redis is away; try again."}""" }), new() { Times = times });

    /// <summary>
    /// What holds for every page as it stands: no serious accessibility violation in light and dark, no sideways scrolling on a phone, nothing in the
    /// browser's error log. Screenshots of all three are kept under artifacts/screenshots; DRIFTLINE_UPDATE_GENERATED=1 renews those that docs/images holds.
    /// </summary>
    /// <param name="whole">Whether the screenshots show the whole page, or what fits the window.</param>
    public async Task HoldsUpAsync(string name, bool whole = true)
    {
        await page.Mouse.MoveAsync(0, 0);
        await KeepAsync(name, whole);
        var violations = await ViolationsAsync("light");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await KeepAsync($"{name}-dark", whole);
        violations.AddRange(await ViolationsAsync("dark"));
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(Phone.Width, Phone.Height);
        await page.EvaluateAsync("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
        var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        await KeepAsync($"{name}-phone", whole);
        await page.SetViewportSizeAsync(Desktop.Width, Desktop.Height);

        Assert.Empty(violations);
        Assert.True(width <= Phone.Width, $"On a phone {Phone.Width} pixels wide the page is {width} wide: it scrolls sideways.");
        Assert.Equal(1, await page.Locator("h1:visible").CountAsync());
        Assert.Equal(1, await page.Locator(".pages a[aria-current], .foot a[aria-current]").CountAsync());
        Assert.Empty(Errors);
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private async Task<List<string>> ViolationsAsync(string scheme) =>
        [.. (await page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical")
            .SelectMany(violation => violation.Nodes.Select(node => $"{scheme}: {violation.Id}: {violation.Help}: {node.Html}"))];

    private async Task KeepAsync(string name, bool whole)
    {
        var (file, shown) = (Path.Combine(Checkout.Root, "artifacts", "screenshots", $"{name}.png"), Path.Combine(Checkout.Root, "docs", "images", $"{name}.png"));
        await page.ScreenshotAsync(new() { Path = file, FullPage = whole });
        if (Environment.GetEnvironmentVariable("DRIFTLINE_UPDATE_GENERATED") == "1" && File.Exists(shown)) File.Copy(file, shown, overwrite: true);
    }
}
