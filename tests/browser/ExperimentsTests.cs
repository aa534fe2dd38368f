using System.Globalization;
using System.Text.Json;
using Driftline.Local;
using Microsoft.Playwright;
using Xunit;

namespace Driftline.Browser.Tests;

/// <summary>The experiments page, of a recommender that has none and of a replica that has one.</summary>
public sealed class ExperimentsTests(PipelineFixture fixture)
{
    private const int Users = 300;
    private const string Replica = "recommender-with-experiment";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, string> Experiment = new()
    {
        ["Recommender__Experiments__0__Name"] = "model-or-popular",
        ["Recommender__Experiments__0__Variants__0__Name"] = "popular",
        ["Recommender__Experiments__0__Variants__0__Source"] = "trending",
        ["Recommender__Experiments__0__Variants__1__Name"] = "model",
        ["Recommender__Experiments__0__Variants__2__Name"] = "varied",
        ["Recommender__Experiments__0__Variants__2__Diversity"] = "0.3",
        ["Recommender__Experiments__0__Variants__2__Shadow"] = "true",
    };

    [Fact]
    public async Task WithoutAnExperimentThePageSaysHowToSetOneUp()
    {
        var pipeline = await fixture.StartedAsync();
        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, "experiments.html");

        await Assertions.Expect(console.Page.GetByRole(AriaRole.Region, new() { Name = "No experiment is configured" })).ToContainTextAsync("Recommender__Experiments__0__Name");
        await console.HoldsUpAsync("experiments-none");
    }

    [Fact]
    public async Task AnExperimentCountsWhatTheShopShowsAndDrawsIntervalsDifferencesAndTheSampleRatio()
    {
        var pipeline = await fixture.StartedAsync();
        await pipeline.Stack.StartServiceAsync(LocalService.Recommender, CancellationToken.None, new Dictionary<string, string>(Experiment.Concat(Pipeline.NeighboursIn(pipeline.Stack))), Replica);
        await pipeline.Stack.WaitUntilReadyAsync(CancellationToken.None);
        using var replica = new HttpClient { BaseAddress = pipeline.Stack[Replica] };
        await FeedBackAsync(pipeline, replica);
        var result = await ShopAsync(pipeline, replica);
        await using var console = await OpenConsole.AtAsync(replica.BaseAddress!, "experiments.html");
        var page = console.Page;
        var card = page.GetByRole(AriaRole.Region, new() { Name = "Experiment model-or-popular" });

        await Assertions.Expect(card.Locator(".notice")).ToContainTextAsync(result.GetProperty("sampleRatio").GetProperty("mismatch").GetBoolean() ? "mismatch" : "in the proportion of the weights");
        await Assertions.Expect(card).ToContainTextAsync("In the shadow, computed and compared but not served: varied.");
        foreach (var (index, variant) in result.GetProperty("variants").EnumerateArray().Index())
        {
            var cells = await card.Locator("table").First.Locator("tbody tr").Nth(index).Locator("td").AllTextContentsAsync();
            Assert.Equal(new[] { "users", "clicks", "purchases" }.Select(count => variant.GetProperty(count).GetInt32().ToString(CultureInfo.InvariantCulture)), [cells[2], cells[4], cells[5]]);
        }

        // Two metrics: an interval for each of two variants, and one for their difference.
        Assert.Equal(6, await card.Locator(".interval .whisker").CountAsync());
        Assert.Equal(2, await card.Locator(".figures .quiet").GetByText("p = ").CountAsync());
        await console.HoldsUpAsync("experiments");

        await page.RouteAsync("**/v1/experiments/*", async route =>
        {
            var answer = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = answer, Body = (await answer.TextAsync()).Replace("\"model\":null", "\"model\":\"challenger\"", StringComparison.Ordinal) });
        });
        await Assertions.Expect(card.Locator("table").First).ToContainTextAsync("the model’s (challenger)");
    }

    /// <summary>Shoppers are shown eight items; every second clicks the first, and every third buys it.</summary>
    private static async Task FeedBackAsync(Pipeline pipeline, HttpClient replica)
    {
        var events = new List<string>();
        for (var i = 0; i < Users; i++)
        {
            var user = $"experiment-{Guid.NewGuid():N}";
            var answer = await pipeline.AskUntilAsync($"/v1/users/{user}/recommendations?count=8", Limit, found => found.GetProperty("items").GetArrayLength() == 8, replica);
            var (shown, token) = (answer.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("itemId").GetString()!).ToList(), answer.GetProperty("attributionToken").GetString()!);
            var now = DateTimeOffset.UtcNow;
            events.Add(Event(user, "impression", now, token, shown));
            if (i % 2 == 0) events.Add(Event(user, "click", now.AddMilliseconds(1), token, shown[..1]));
            if (i % 3 == 0) events.Add(Event(user, "purchase", now.AddMilliseconds(2), token, shown[..1]));
        }

        Assert.Equal(202, (await pipeline.PostEventsAsync($"[{string.Join(',', events)}]")).Status);
        await CountedAsync(pipeline, replica, (Users + 1) / 2);
    }

    /// <summary>A shopper of the console's own shop opens the first recommendation.</summary>
    private static async Task<JsonElement> ShopAsync(Pipeline pipeline, HttpClient replica)
    {
        await using var shop = await OpenConsole.AtAsync(replica.BaseAddress!, $"?user=shopper-{Guid.NewGuid():N}");
        await shop.Page.Locator("body.may-act #picks .open").First.ClickAsync();
        return await CountedAsync(pipeline, replica, (Users + 1) / 2 + 1);
    }

    /// <summary>The result once it has so many clicks.</summary>
    private static Task<JsonElement> CountedAsync(Pipeline pipeline, HttpClient replica, int clicks) => pipeline.AskUntilAsync(
        "/v1/experiments/model-or-popular", Limit, result => result.GetProperty("variants").EnumerateArray().Sum(variant => variant.GetProperty("clicks").GetInt32()) == clicks
            && result.GetProperty("variants").EnumerateArray().Sum(variant => variant.GetProperty("purchases").GetInt32()) == (Users + 2) / 3, replica);

    private static string Event(string user, string type, DateTimeOffset at, string token, IEnumerable<string> items) => JsonSerializer.Serialize(new
    {
        eventId = $"event-{Guid.NewGuid():N}",
        eventType = type,
        userId = user,
        eventTime = at.ToString("O", CultureInfo.InvariantCulture),
        attributionToken = token,
        items = items.Select(item => new { itemId = item }),
    });
}
