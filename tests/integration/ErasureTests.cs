using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Confluent.Kafka;
using driftline.events;
using Driftline.Local;
using Driftline.Schemas;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>A user who is erased is gone from every store, stays gone, and may come back. The pipeline has an experiment, so that there is feedback to erase.</summary>
public sealed class ErasureTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Privacy__HashKey"] = Convert.ToBase64String("a key of the test's own"u8),
        ["Recommender__Experiments__0__Name"] = "aa",
        ["Recommender__Experiments__0__Variants__0__Name"] = "one",
        ["Recommender__Experiments__0__Variants__1__Name"] = "other",
    };

    [Fact]
    public async Task AnErasedUserIsGoneFromEveryStoreStaysGoneAndMayComeBack()
    {
        await using var pipeline = await Pipeline.StartAsync(null, Settings);
        var (user, other) = ($"user-{Guid.NewGuid():N}", $"user-{Guid.NewGuid():N}");
        await ShopAsync(pipeline, other);
        await ShopAsync(pipeline, user);
        var held = await HeldAbout.RedisKeysAsync(pipeline.Stack.RedisConnectionString, user);
        Assert.Superset(
            new HashSet<string> { "seq:ID", "purchased:ID", "attr:ID", "interest:ID", "history:ID", "interests:updated" }, held.ToHashSet());
        Assert.Contains(held, key => key.StartsWith("audience:", StringComparison.Ordinal));
        Assert.Contains(held, key => key.StartsWith("feedback:", StringComparison.Ordinal));
        Assert.Equal(["interests:updated"], await HeldAbout.RedisKeysAsync(pipeline.Stack.RedisConnectionString, user, withoutExpiry: true)); // docs/privacy.md: bounded by number
        Assert.Equal([Topics.InterestUpdates.Name], HeldAbout.CompactedTopics(pipeline.Stack.BootstrapServers, user));

        await TheExportHoldsAllOfItAsync(pipeline, user);

        using var limit = new CancellationTokenSource(Limit);
        await using var stream = await pipeline.Recommender.GetStreamAsync($"/v1/users/{user}/interests/stream", limit.Token);
        using var following = new StreamReader(stream);
        Assert.True((await EndToEndTests.NextAsync(following, limit.Token)).GetProperty("known").GetBoolean());
        await EraseAsync(pipeline, user);
        JsonElement told;
        do told = await EndToEndTests.NextAsync(following, limit.Token); // an update that was on its way may come before
        while (told.GetProperty("known").GetBoolean());
        await NothingIsHeldAsync(pipeline, user);
        var export = await pipeline.AskUntilAsync($"/v1/users/{user}/export", Limit, _ => true);
        Assert.Equal(0, export.GetProperty("sequence").GetArrayLength());
        Assert.All((string[])["interests", "updatedAt", "feedback"], name => Assert.Equal(JsonValueKind.Null, export.GetProperty(name).ValueKind));
        Assert.NotEqual(JsonValueKind.Null, export.GetProperty("erasedAt").ValueKind);

        // What was in flight, or is read again: an event from before the erasure that comes late, and all that the topic has of the user.
        var suppressed = await SuppressedAsync(pipeline);
        await pipeline.PostEventsAsync($"[{Event(user, pipeline.Items[2].ItemId, "click", DateTimeOffset.UtcNow.AddMinutes(-1))}]");
        var again = HeldAbout.Records(pipeline.Stack.BootstrapServers, Topics.StorefrontEvents.Name, user);
        await ReplayAsync(pipeline, again);
        await UntilAsync(async () => await SuppressedAsync(pipeline) >= suppressed + 5); // the late one twice, the click, purchase and review; impressions make no entries
        await NothingIsHeldAsync(pipeline, user);

        var returned = DateTimeOffset.UtcNow;
        await pipeline.PostEventsAsync($"[{Event(user, pipeline.Items[1].ItemId, "click", returned)}]");
        var back = await pipeline.AskUntilAsync($"/v1/users/{user}/interests?history=100", Limit, _ => true);
        Assert.Equal(1, back.GetProperty("sequenceLength").GetInt32());
        Assert.Equal(1, back.GetProperty("history").GetArrayLength());

        await ReplayAsync(pipeline, [again[0]]);
        var still = await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Limit, answer => answer.GetProperty("computedAt").GetDateTimeOffset() > back.GetProperty("computedAt").GetDateTimeOffset());
        Assert.Equal(1, still.GetProperty("sequenceLength").GetInt32());
        Assert.InRange(still.GetProperty("stalenessMs").GetInt64(), 0, (long)(DateTimeOffset.UtcNow - returned).TotalMilliseconds + 1); // an event from before does not make those after look old
        await pipeline.AskUntilAsync($"/v1/users/{other}/interests", Limit, answer => answer.GetProperty("sequenceLength").GetInt32() == 3);

        // Written to the topic itself: it is refused, and does not count as an event from before the erasure.
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await pipeline.ProduceAsync(Topics.StorefrontEvents.Name, user, new StorefrontEvent { eventId = "received never", userId = user, eventTime = now, payload = new Click { items = [] }, attributes = new Dictionary<string, string>() });
        await pipeline.PostEventsAsync($"[{Event(user, pipeline.Items[2].ItemId, "click", DateTimeOffset.UtcNow)}]"); // behind it
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Limit, answer => answer.GetProperty("sequenceLength").GetInt32() == 2);

        var ahead = new ErasureRequested { erasureId = "from a clock ahead", userId = user, requestedAt = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds() };
        await pipeline.ProduceAsync(Topics.PrivacyErasures.Name, user, ahead);
        await pipeline.AskUntilAsync("/v1/erasures/from%20a%20clock%20ahead", Limit, answer => answer.GetProperty("completed").GetBoolean());
        await NothingIsHeldAsync(pipeline, user);
    }

    [Fact]
    public async Task WhereIdsArePseudonymisedNoStoreTopicOrLogEverHoldsOne()
    {
        await using var pipeline = await Pipeline.StartAsync(null, new Dictionary<string, string>(Settings) { ["Privacy__Pseudonymise"] = "true" });
        var user = $"user-{Guid.NewGuid():N}";
        await pipeline.PostEventsAsync($"[{Event(user, pipeline.Items[0].ItemId, "click", DateTimeOffset.UtcNow)},{Event(user, pipeline.Items[0].ItemId, "dance", DateTimeOffset.UtcNow)}]");
        var answer = await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Limit, _ => true);
        var pseudonym = answer.GetProperty("userId").GetString()!;
        Assert.StartsWith("p_", pseudonym, StringComparison.Ordinal);
        await pipeline.AskUntilAsync($"/v1/users/{pseudonym}/interests", Limit, _ => true);
        Assert.NotEmpty(await HeldAbout.RedisKeysAsync(pipeline.Stack.RedisConnectionString, pseudonym));
        Assert.Contains(Topics.StorefrontEventsRejected.Name, HeldAbout.AnyTopics(pipeline.Stack.BootstrapServers, pseudonym));

        await EraseAsync(pipeline, user);

        Assert.Empty(HeldAbout.AnyTopics(pipeline.Stack.BootstrapServers, user));
        await NothingIsHeldAsync(pipeline, user);
        Assert.Empty(await HeldAbout.RedisKeysAsync(pipeline.Stack.RedisConnectionString, pseudonym));
    }

    private static async Task ShopAsync(Pipeline pipeline, string user)
    {
        var now = DateTimeOffset.UtcNow;
        await pipeline.PostEventsAsync(
            $"[{Event(user, pipeline.Items[0].ItemId, "click", now)},{Event(user, pipeline.Items[1].ItemId, "purchase", now)},{Event(user, pipeline.Items[2].ItemId, "review", now)}]");
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Limit, answer => answer.GetProperty("sequenceLength").GetInt32() == 3);
        var answer = await pipeline.AskUntilAsync($"/v1/users/{user}/recommendations", Limit, answer => answer.GetProperty("personalised").GetBoolean());
        var shown = answer.GetProperty("items")[0].GetProperty("itemId").GetString()!;
        await pipeline.PostEventsAsync($"[{Event(user, shown, "impression", DateTimeOffset.UtcNow, answer.GetProperty("attributionToken").GetString())}]");
        await UntilAsync(async () => (await HeldAbout.RedisKeysAsync(pipeline.Stack.RedisConnectionString, user)).Any(key => key.StartsWith("feedback:", StringComparison.Ordinal)));
    }

    private static async Task TheExportHoldsAllOfItAsync(Pipeline pipeline, string user)
    {
        var export = await pipeline.AskUntilAsync($"/v1/users/{user}/export", Limit, _ => true);
        var sequence = export.GetProperty("sequence").EnumerateArray().ToList();
        Assert.Equal(["click", "purchase", "review"], sequence.Select(entry => entry.GetProperty("eventType").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(pipeline.Items[1].ItemId, Assert.Single(export.GetProperty("purchases").EnumerateArray()).GetProperty("itemId").GetString());
        Assert.Equal(("ageBand", "25-34"), Text(Assert.Single(export.GetProperty("attributes").EnumerateArray()), "name", "value"));
        Assert.Equal(3, export.GetProperty("interests").GetProperty("state").GetProperty("sequenceLength").GetInt32());
        Assert.NotEqual(0, export.GetProperty("interests").GetProperty("embedding").GetArrayLength());
        Assert.NotEqual(0, export.GetProperty("history").GetArrayLength());
        Assert.NotEqual(JsonValueKind.Null, export.GetProperty("updatedAt").ValueKind);
        Assert.Equal("impression", Assert.Single(Assert.Single(export.GetProperty("feedback").GetProperty("showings").EnumerateArray()).GetProperty("had").EnumerateArray()).GetString());
        Assert.Equal(JsonValueKind.Null, export.GetProperty("erasedAt").ValueKind);

        static (string?, string?) Text(JsonElement element, string first, string second) => (element.GetProperty(first).GetString(), element.GetProperty(second).GetString());
    }

    private static async Task EraseAsync(Pipeline pipeline, string user)
    {
        using var response = await pipeline.Ingestor.DeleteAsync($"/v1/users/{user}");
        Assert.Equal(202, (int)response.StatusCode);
        var id = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("erasureId").GetString();
        Assert.Equal($"/v1/erasures/{id}", response.Headers.Location!.OriginalString);
        var done = await pipeline.AskUntilAsync(response.Headers.Location.OriginalString, Limit, answer => answer.GetProperty("completed").GetBoolean());
        var stages = done.GetProperty("stages").EnumerateArray().ToList();
        Assert.Equal(["feature-builder", "predictor", "recommender"], stages.Select(stage => stage.GetProperty("stage").GetString()));
        var times = stages.Select(stage => stage.GetProperty("completedAt").GetDateTimeOffset()).ToList();
        Assert.Equal(times.Order(), times);
        Assert.True(times[0] >= done.GetProperty("requestedAt").GetDateTimeOffset());
    }

    /// <summary>docs/privacy.md says what remains: records of topics that are not compacted, until their retention ends.</summary>
    private static async Task NothingIsHeldAsync(Pipeline pipeline, string user)
    {
        Assert.Empty(await HeldAbout.RedisKeysAsync(pipeline.Stack.RedisConnectionString, user));
        Assert.Empty(HeldAbout.CompactedTopics(pipeline.Stack.BootstrapServers, user));
        Assert.Empty(HeldAbout.Logs(pipeline.Stack, user));
        using var interests = await pipeline.Recommender.GetAsync($"/v1/users/{user}/interests");
        Assert.Equal(404, (int)interests.StatusCode);
    }

    /// <summary>The same records again, as a rebuild reads them.</summary>
    private static async Task ReplayAsync(Pipeline pipeline, IReadOnlyList<Message<string, byte[]?>> records)
    {
        Assert.NotEmpty(records);
        using var producer = new ProducerBuilder<string, byte[]?>(new ProducerConfig { BootstrapServers = pipeline.Stack.BootstrapServers }).Build();
        foreach (var record in records) await producer.ProduceAsync(Topics.StorefrontEvents.Name, record);
    }

    private static async Task<double> SuppressedAsync(Pipeline pipeline)
    {
        using var client = new HttpClient { BaseAddress = pipeline.Stack[LocalService.FeatureBuilder.Name] };
        var line = (await client.GetStringAsync("/metrics")).Split('\n').FirstOrDefault(line => line.StartsWith("driftline_feature_builder_suppressed_total", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line.Split("} ")[^1].Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = DateTime.UtcNow + Limit;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, $"It did not come about within {Limit}.");
            await Task.Delay(50);
        }
    }

    private static string Event(string user, string item, string type, DateTimeOffset at, string? token = null) => JsonSerializer.Serialize(new
    {
        eventId = $"event-{Guid.NewGuid():N}",
        eventType = type,
        userId = user,
        eventTime = at.ToString("O", CultureInfo.InvariantCulture),
        items = new[] { new { itemId = item } },
        rating = 4,
        attributes = new { ageBand = "25-34" },
        attributionToken = token,
    });
}
