using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Confluent.Kafka;
using driftline.events;
using Driftline.Hosting;
using Driftline.Schemas;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>What a session did before the login becomes the user's, in whatever order it arrives, and goes with the user.</summary>
public sealed class MergeTests(PipelineFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly string _run = $"{Guid.NewGuid():N}";

    [Fact]
    public async Task AShopperWhoIsNotKnownYetGetsRecommendationsAndTheUserHasTheirHistoryAfterTheLogin()
    {
        var pipeline = await fixture.StartedAsync();
        var (user, session) = ($"user-{_run}", $"s-{_run}");
        await SendAsync(pipeline, null, session, ("a", 0, "click"), ("b", 1, "purchase"));
        await LengthAsync(pipeline, $"session:{session}", 2);
        await pipeline.AskUntilAsync($"/v1/users/session:{session}/recommendations", Limit, answer => answer.GetProperty("personalised").GetBoolean());
        await SendAsync(pipeline, user, session, ("c", 2, "click"));
        await LengthAsync(pipeline, user, 1);

        await MergeAsync(pipeline, user, session);

        await LengthAsync(pipeline, user, 3);
        await GoneAsync(pipeline, $"session:{session}");
        var export = await pipeline.AskUntilAsync($"/v1/users/{user}/export", Limit, _ => true);
        Assert.Equal(pipeline.Items[1].ItemId, Assert.Single(export.GetProperty("purchases").EnumerateArray()).GetProperty("itemId").GetString());
        Assert.Equal("25-34", Assert.Single(export.GetProperty("attributes").EnumerateArray()).GetProperty("value").GetString());
        Assert.Equal($"session:{session}", Assert.Single(export.GetProperty("sessions").EnumerateArray()).GetString());
        var answer = await pipeline.AskUntilAsync($"/v1/users/{user}/recommendations?count=100", Limit, _ => true);
        Assert.DoesNotContain(answer.GetProperty("items").EnumerateArray(), item => item.GetProperty("itemId").GetString() == pipeline.Items[1].ItemId); // bought by the session
        Assert.Equal(["merged:session:ID", "sessions:ID"],
            (await HeldAbout.RedisKeysAsync(pipeline.Stack.RedisConnectionString, session)).Select(key => key.Replace(user, "ID", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

        // Late, or sent by a page that does not know of the login yet.
        await SendAsync(pipeline, null, session, ("d", 3, "click"));
        await LengthAsync(pipeline, user, 4);
        await GoneAsync(pipeline, $"session:{session}");
    }

    [Fact]
    public async Task WhicheverComesFirstAndHoweverOftenTheSequenceIsTheSame()
    {
        var pipeline = await fixture.StartedAsync();
        var (before, after) = ($"before-{_run}", $"after-{_run}");
        await SendAsync(pipeline, null, $"sb-{_run}", ("a", 0, "click"), ("b", 1, "add-to-cart"));
        await SendAsync(pipeline, before, null, ("c", 2, "click"));
        await MergeAsync(pipeline, before, $"sb-{_run}");
        await MergeAsync(pipeline, after, $"sa-{_run}");
        await SendAsync(pipeline, after, null, ("c", 2, "click"));
        await SendAsync(pipeline, null, $"sa-{_run}", ("a", 0, "click"), ("b", 1, "add-to-cart"));
        var digest = (await LengthAsync(pipeline, before, 3)).GetProperty("sequenceDigest").GetString();
        Assert.Equal(digest, (await LengthAsync(pipeline, after, 3)).GetProperty("sequenceDigest").GetString());

        string[] keys = [before, after, $"session:sb-{_run}", $"session:sa-{_run}"];
        var records = keys.SelectMany(key => HeldAbout.Records(pipeline.Stack.BootstrapServers, Topics.StorefrontEvents.Name, key)).ToList();
        Assert.Equal(8, records.Count);
        using (var producer = new ProducerBuilder<string, byte[]?>(new ProducerConfig { BootstrapServers = pipeline.Stack.BootstrapServers }).Build())
            foreach (var record in records.AsEnumerable().Reverse()) await producer.ProduceAsync(Topics.StorefrontEvents.Name, record);
        foreach (var (user, session) in new[] { (before, $"sb-{_run}"), (after, $"sa-{_run}") }) // behind all of it on every partition
        {
            await SendAsync(pipeline, null, session, ("d", 3, "click"));
            await SendAsync(pipeline, user, null, ("e", 4, "click"));
        }

        var replayed = (await LengthAsync(pipeline, before, 5)).GetProperty("sequenceDigest").GetString();
        Assert.Equal(replayed, (await LengthAsync(pipeline, after, 5)).GetProperty("sequenceDigest").GetString());
        await GoneAsync(pipeline, $"session:sb-{_run}");
        await GoneAsync(pipeline, $"session:sa-{_run}");
    }

    [Fact]
    public async Task ASessionIsOneUsersAndGoesWithThem()
    {
        var pipeline = await fixture.StartedAsync();
        var (first, second, session) = ($"first-{_run}", $"second-{_run}", $"s-{_run}");
        await SendAsync(pipeline, null, session, ("a", 0, "click"));
        await MergeAsync(pipeline, first, session);
        await LengthAsync(pipeline, first, 1);
        await MergeAsync(pipeline, second, session);
        await SendAsync(pipeline, null, session, ("b", 1, "click"));
        await LengthAsync(pipeline, first, 2);
        using (var interests = await pipeline.Recommender.GetAsync($"/v1/users/{second}/interests")) Assert.Equal(404, (int)interests.StatusCode);

        using var response = await pipeline.Ingestor.DeleteAsync($"/v1/users/{first}");
        await pipeline.AskUntilAsync(response.Headers.Location!.OriginalString, Limit, answer => answer.GetProperty("completed").GetBoolean());
        foreach (var id in (string[])[first, session])
        {
            Assert.Empty(await HeldAbout.RedisKeysAsync(pipeline.Stack.RedisConnectionString, id));
            Assert.Empty(HeldAbout.CompactedTopics(pipeline.Stack.BootstrapServers, id));
        }

        Assert.NotEmpty(HeldAbout.Records(pipeline.Stack.BootstrapServers, Topics.PrivacyErasures.Name, $"session:{session}")); // for a rebuild of an empty Redis, which has no link to find it by

        // Read again, as a rebuild does: neither the events nor the merge bring anything back.
        var records = HeldAbout.Records(pipeline.Stack.BootstrapServers, Topics.StorefrontEvents.Name, $"session:{session}");
        using (var producer = new ProducerBuilder<string, byte[]?>(new ProducerConfig { BootstrapServers = pipeline.Stack.BootstrapServers }).Build())
            foreach (var record in records) await producer.ProduceAsync(Topics.StorefrontEvents.Name, record);
        await SendAsync(pipeline, null, session, ("back", 30, "click")); // behind them, on their partition: the shopper is back, and nobody knows who it is
        await LengthAsync(pipeline, $"session:{session}", 1);
        Assert.Empty(await HeldAbout.RedisKeysAsync(pipeline.Stack.RedisConnectionString, first));
    }

    /// <summary>As when the feature-builder was behind when the erasure was asked for, and the user came back meanwhile.</summary>
    [Fact]
    public async Task AnErasureThatIsCarriedOutLateLeavesTheUserASessionThatWasMergedAfterIt()
    {
        var pipeline = await fixture.StartedAsync();
        var (user, session) = ($"late-{_run}", $"s-{_run}");
        await SendAsync(pipeline, null, session, ("a", 30, "click"));
        await MergeAsync(pipeline, user, session);
        await LengthAsync(pipeline, user, 1);

        var request = new ErasureRequested { erasureId = _run, userId = user, requestedAt = DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeMilliseconds() };
        await pipeline.ProduceAsync(Topics.PrivacyErasures.Name, user, request);
        await pipeline.AskUntilAsync($"/v1/erasures/{_run}", Limit, answer => answer.GetProperty("completed").GetBoolean());

        await SendAsync(pipeline, null, session, ("b", 31, "click"));
        await LengthAsync(pipeline, user, 2);
    }

    /// <summary>As when somebody who had the session before was erased in the batch that brings it to another: what it did until then is not the other's.</summary>
    [Fact]
    public async Task WhatASessionDidBeforeItsErasureDoesNotBecomeAnothersWhenItIsMerged()
    {
        var pipeline = await fixture.StartedAsync();
        var (user, session) = ($"next-{_run}", $"s-{_run}");
        await SendAsync(pipeline, null, session, ("a", 0, "click"), ("b", 1, "purchase"));
        await LengthAsync(pipeline, $"session:{session}", 2);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(pipeline.Stack.RedisConnectionString);
        await new ErasedUsers(redis, Options.Create(new PrivacyOptions()), TimeProvider.System).MarkAsync([($"session:{session}", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())]);
        await Task.Delay(10);

        await MergeAsync(pipeline, user, session);
        await GoneAsync(pipeline, $"session:{session}");
        await SendAsync(pipeline, user, null, ("c", 30, "click"));
        await LengthAsync(pipeline, user, 1);
        Assert.Empty((await pipeline.AskUntilAsync($"/v1/users/{user}/export", Limit, _ => true)).GetProperty("purchases").EnumerateArray());
    }

    private async Task SendAsync(Pipeline pipeline, string? user, string? session, params (string Event, int Minute, string Type)[] events)
    {
        var (status, _) = await pipeline.PostEventsAsync(JsonSerializer.Serialize(events.Select(one => new
        {
            eventId = $"{_run}-{one.Event}",
            eventType = one.Type,
            userId = user,
            sessionId = session,
            eventTime = (one.Minute >= 30 ? DateTimeOffset.UtcNow : Start.AddMinutes(one.Minute)).ToString("O", CultureInfo.InvariantCulture),
            items = new[] { new { itemId = pipeline.Items[one.Minute].ItemId } },
            attributes = user is null ? new Dictionary<string, string> { ["ageBand"] = "25-34" } : [],
        })));
        Assert.Equal(202, status);
    }

    private static DateTimeOffset Start { get; } = DateTimeOffset.UtcNow.AddHours(-1);

    private static async Task MergeAsync(Pipeline pipeline, string user, string session)
    {
        using var response = await pipeline.Ingestor.PostAsJsonAsync($"/v1/users/{user}/merge", new { sessionId = session });
        Assert.Equal(202, (int)response.StatusCode);
        Assert.Equal($"session:{session}", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("anonymousUserId").GetString());
    }

    private static Task<JsonElement> LengthAsync(Pipeline pipeline, string user, int length) =>
        pipeline.AskUntilAsync($"/v1/users/{user}/interests", Limit, answer => answer.GetProperty("sequenceLength").GetInt32() == length);

    private static async Task GoneAsync(Pipeline pipeline, string user)
    {
        var deadline = DateTime.UtcNow + Limit;
        while (true)
        {
            using var response = await pipeline.Recommender.GetAsync($"/v1/users/{user}/interests");
            if ((int)response.StatusCode == 404) return;
            Assert.True(DateTime.UtcNow < deadline, $"{user} is still known after {Limit}.");
            await Task.Delay(20);
        }
    }
}
