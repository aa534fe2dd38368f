using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>What <c>explain=true</c> says, held against what the pipeline itself predicts for a shopper who did not do the event in question.</summary>
public sealed class ExplanationTests(PipelineFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task ADeltaIsWhatThePipelineScoresLessForAShopperWhoDidNotDoTheEvent()
    {
        var pipeline = await fixture.StartedAsync();
        var user = $"explained-{Guid.NewGuid():N}";
        var start = DateTimeOffset.UtcNow.AddMinutes(-10);
        int[] events = [3, 11, 19, 27];
        await ShopAsync(pipeline, user, events, start);
        var answer = await RecommendationsAsync(pipeline, user);
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("explainIgnored").ValueKind);
        Assert.Contains(answer.GetProperty("items").EnumerateArray(), item => item.GetProperty("reasons")[0].GetString()!.StartsWith("Because you viewed ", StringComparison.Ordinal));

        var compared = 0;
        foreach (var left in Enumerable.Range(0, events.Length - 1)) // without the newest, the answer would be as of another time
        {
            var other = $"{user}-without-{left}";
            await ShopAsync(pipeline, other, events, start, left);
            var without = Scores(await RecommendationsAsync(pipeline, other));
            foreach (var item in answer.GetProperty("items").EnumerateArray())
            {
                var (id, led) = (item.GetProperty("itemId").GetString()!, item.GetProperty("explanation").GetProperty("events").EnumerateArray());
                var told = led.Where(one => one.GetProperty("itemId").GetString() == pipeline.Items[events[left]].ItemId).ToList();
                if (told.Count == 0 || !without.TryGetValue(id, out var score)) continue;
                Assert.Equal(item.GetProperty("score").GetDouble() - score, told[0].GetProperty("delta").GetDouble(), 1e-2);
                compared++;
            }
        }

        Assert.InRange(compared, 3, int.MaxValue);
        Assert.Contains( // no objective counts its time
            (await pipeline.Recommender.GetStringAsync("/metrics")).Split('\n'),
            line => line.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal) && line.Contains("driftline_explain=\"true\"", StringComparison.Ordinal) && line.Contains("/recommendations\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ASharesPartsAddUpAndTheCategorysRiseIsExplainedToo()
    {
        var pipeline = await fixture.StartedAsync();
        var user = $"explained-{Guid.NewGuid():N}";
        await ShopAsync(pipeline, user, [5, 6], DateTimeOffset.UtcNow.AddMinutes(-10));
        var answer = await RecommendationsAsync(pipeline, user);
        var explanations = answer.GetProperty("items").EnumerateArray().Where(item => item.GetProperty("source").GetString() == "model").Select(item => item.GetProperty("explanation")).ToList();
        Assert.NotEmpty(explanations);
        Assert.All(explanations, one => Assert.InRange(one.GetProperty("events").EnumerateArray().Sum(led => led.GetProperty("share").GetDouble()), 0, 1 + 1e-6));
        var rising = (await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Limit, _ => true)).GetProperty("rising").EnumerateArray().Select(one => one.GetProperty("category").GetString()).ToHashSet();
        foreach (var item in answer.GetProperty("items").EnumerateArray().Where(item => item.GetProperty("explanation").ValueKind == JsonValueKind.Object))
        {
            var expected = rising.Contains(item.GetProperty("category").GetString());
            Assert.Equal(expected ? JsonValueKind.Object : JsonValueKind.Null, item.GetProperty("explanation").GetProperty("rising").ValueKind);
        }
    }

    private static Task<JsonElement> RecommendationsAsync(Pipeline pipeline, string user) => pipeline.AskUntilAsync(
        $"/v1/users/{user}/recommendations?count=100&explain=true&includePurchased=true", Limit,
        answer => answer.GetProperty("personalised").GetBoolean() && answer.GetProperty("explainIgnored").ValueKind == JsonValueKind.Null
            && answer.GetProperty("items").EnumerateArray().Any(item => item.GetProperty("explanation").ValueKind == JsonValueKind.Object));

    private static Dictionary<string, double> Scores(JsonElement answer) => answer.GetProperty("items").EnumerateArray()
        .Where(item => item.GetProperty("source").GetString() == "model").ToDictionary(item => item.GetProperty("itemId").GetString()!, item => item.GetProperty("score").GetDouble());

    private static async Task ShopAsync(Pipeline pipeline, string user, int[] items, DateTimeOffset start, int? left = null)
    {
        var events = items.Index().Where(one => one.Index != left).Select(one => new
        {
            eventId = $"{user}-{one.Index}",
            eventType = "click",
            userId = user,
            eventTime = start.AddMinutes(one.Index).ToString("O", CultureInfo.InvariantCulture),
            items = new[] { new { itemId = pipeline.Items[one.Item].ItemId } },
        }).ToList();
        await pipeline.PostEventsAsync(JsonSerializer.Serialize(events));
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Limit, answer => answer.GetProperty("sequenceLength").GetInt32() == events.Count);
    }
}
