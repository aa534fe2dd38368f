using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>What the recommender keeps of users beside their newest interests, over the running pipeline.</summary>
public sealed class PopulationTests(PipelineFixture fixture)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task ABoughtItemDoesNotComeBackInsideItsIntervalUnlessItIsAskedFor()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewId();
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[0].ItemId)}]");
        var before = await pipeline.AskUntilAsync($"/v1/users/{user}/recommendations?count=20", Soon, answer => answer.GetProperty("personalised").GetBoolean());
        var bought = Ids(before).Take(5).ToList();
        await pipeline.PostEventsAsync($"[{string.Join(',', bought.Select(item => Traffic.Event(user, item, "purchase")))}]");
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, answer => answer.GetProperty("sequenceLength").GetInt32() == 6);

        var after = await pipeline.AskUntilAsync($"/v1/users/{user}/recommendations?count=100", Soon, _ => true);
        Assert.Equal(100, Ids(after).Count);
        Assert.Empty(Ids(after).Intersect(bought));

        var again = await pipeline.AskUntilAsync($"/v1/users/{user}/recommendations?count=100&includePurchased=true", Soon, _ => true);
        Assert.NotEmpty(Ids(again).Intersect(bought));
    }

    [Fact]
    public async Task EarlierStatesOfAnInterestAreKeptNewestFirst()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewId();
        for (var i = 0; i < 3; i++)
        {
            await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[40 * i].ItemId)}]");
            await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, answer => answer.GetProperty("sequenceLength").GetInt32() == i + 1);
        }

        var answer = await pipeline.AskUntilAsync($"/v1/users/{user}/interests?history=10", Soon, _ => true);

        var history = answer.GetProperty("history").EnumerateArray().ToList();
        Assert.Equal(3, history.Count);
        var times = history.Select(moment => moment.GetProperty("computedAt").GetDateTimeOffset()).ToList();
        Assert.Equal(times.OrderDescending(), times);
        Assert.Equal(answer.GetProperty("computedAt").GetDateTimeOffset(), times[0]);
        Assert.Equal(answer.GetProperty("drift").GetDouble(), history[0].GetProperty("drift").GetDouble(), 6);
        var first = await pipeline.AskUntilAsync($"/v1/users/{user}/interests?history=1", Soon, _ => true);
        Assert.Equal(1, first.GetProperty("history").GetArrayLength());
    }

    [Fact]
    public async Task AnAudienceListsWhoseInterestRisesPageByPage()
    {
        var pipeline = await fixture.StartedAsync();
        var users = await Traffic.SendAsync(pipeline, 60);
        var rising = new List<(string User, string Category, double Rise)>();
        foreach (var user in users)
        {
            var interests = await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, _ => true);
            rising.AddRange(interests.GetProperty("rising").EnumerateArray().Select(shift => (user, shift.GetProperty("category").GetString()!, shift.GetProperty("delta").GetDouble())));
        }

        var (category, expected) = rising.GroupBy(one => one.Category).Select(group => (group.Key, group.ToList())).MaxBy(group => group.Item2.Count);
        Assert.True(expected.Count >= 5, $"Only {expected.Count} users rise in one category.");
        var url = $"/v1/audiences/{Uri.EscapeDataString(category)}";

        var all = await LinesAsync(pipeline, $"{url}?limit=1000000");
        var deadline = DateTime.UtcNow + Soon; // interests are answered before their audiences are written
        for (; !expected.Select(one => one.User).ToHashSet().IsSubsetOf(all.Select(User)) && DateTime.UtcNow < deadline; await Task.Delay(10)) all = await LinesAsync(pipeline, $"{url}?limit=1000000");
        Assert.Subset(all.Select(User).ToHashSet(), expected.Select(one => one.User).ToHashSet());
        Assert.All(expected, one => Assert.Equal(one.Rise, all.Single(line => User(line) == one.User).GetProperty("rise").GetDouble(), 5));
        var rises = all.Select(line => line.GetProperty("rise").GetDouble()).ToList();
        Assert.Equal(rises.OrderDescending(), rises);
        Assert.Equal(all.Count, all.Select(User).Distinct().Count());

        var paged = new List<JsonElement>();
        for (var cursor = ""; ; cursor = paged[^1].GetProperty("cursor").GetString()!)
        {
            var page = await LinesAsync(pipeline, $"{url}?limit=3&cursor={cursor}");
            paged.AddRange(page);
            if (page.Count < 3) break;
        }

        Assert.Subset(paged.Select(User).ToHashSet(), expected.Select(one => one.User).ToHashSet());
        Assert.Equal(paged.Count, paged.Select(User).Distinct().Count());

        var least = expected.Select(one => one.Rise).Order().ElementAt(expected.Count / 2);
        var strong = await LinesAsync(pipeline, $"{url}?limit=1000000&minRise={least.ToString("R", CultureInfo.InvariantCulture)}");
        Assert.All(strong, line => Assert.True(line.GetProperty("rise").GetDouble() >= least));
        Assert.Superset(expected.Where(one => one.Rise > least).Select(one => one.User).ToHashSet(), strong.Select(User).ToHashSet());
    }

    [Fact]
    public async Task TheMigrationMatrixHoldsAllOfTheInterestAndItsMoversAreItsMargins()
    {
        var pipeline = await fixture.StartedAsync();
        await Traffic.SendAsync(pipeline, 30);

        var trends = await pipeline.AskUntilAsync("/v1/trends?window=1h&categories=6", Soon, answer => answer.GetProperty("sampled").GetInt32() >= 30);

        var matrix = trends.GetProperty("migration").EnumerateArray().Select(row => row.EnumerateArray().Select(share => share.GetDouble()).ToArray()).ToArray();
        var categories = trends.GetProperty("categories").EnumerateArray().ToList();
        Assert.Equal(categories.Count, matrix.Length);
        Assert.InRange(categories.Count, 2, 7);
        Assert.Equal(1, matrix.Sum(row => row.Sum()), 3);
        for (var i = 0; i < matrix.Length; i++)
        {
            Assert.Equal(categories[i].GetProperty("current").GetDouble(), matrix[i].Sum(), 4);
            Assert.Equal(categories[i].GetProperty("next").GetDouble(), matrix.Sum(row => row[i]), 4);
        }

        Assert.All(trends.GetProperty("rising").EnumerateArray(), shift => Assert.True(shift.GetProperty("delta").GetDouble() > 0));
        Assert.All(trends.GetProperty("falling").EnumerateArray(), shift => Assert.True(shift.GetProperty("delta").GetDouble() < 0));
    }

    [Fact]
    public async Task TheUsersUpdatedLastAreListedWhicheverReplicaSawThem()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewId();
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[0].ItemId)}]");
        await pipeline.AskUntilAsync("/v1/users?recent=1000", Soon, answer => answer.GetProperty("users").EnumerateArray().Any(one => one.GetProperty("userId").GetString() == user));
    }

    private static string NewId() => $"user-{Guid.NewGuid():N}";

    private static string User(JsonElement line) => line.GetProperty("userId").GetString()!;

    private static List<string> Ids(JsonElement answer) => [.. answer.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("itemId").GetString()!)];

    private static async Task<List<JsonElement>> LinesAsync(Pipeline pipeline, string url)
    {
        using var answer = await pipeline.Recommender.GetAsync(url);
        Assert.True(answer.IsSuccessStatusCode, url);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }
}
