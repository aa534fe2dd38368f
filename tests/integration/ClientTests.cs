using System.Net;
using System.Text.Json;
using Driftline.Client;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>The client packages against the running pipeline.</summary>
public sealed class ClientTests(PipelineFixture fixture)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task DisposingTheSenderDeliversEverything()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewUser();
        var sender = new EventSender(new IngestorClient(pipeline.Ingestor), new EventSenderOptions { Linger = TimeSpan.FromMinutes(1), MaxBatchEvents = 20 });
        for (var i = 0; i < 50; i++) await sender.SendAsync(Click(user, pipeline.Items[i].ItemId));

        await sender.DisposeAsync();

        Assert.Equal(new SenderCounts(50, 0, 0), sender.Counts);
        var recommender = new Client.RecommenderClient(pipeline.Recommender);
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, answer => answer.GetProperty("sequenceLength").GetInt32() == 50);
        Assert.Equal(50, (await recommender.InterestsAsync(user))!.SequenceLength);
        var answer = await recommender.RecommendationsAsync(user, new RecommendationsQuery { Count = 3 });
        Assert.True(answer.Personalised);
        Assert.Equal(3, answer.Items.Count);
    }

    [Fact]
    public async Task ARetryAfterA503KeepsTheEventIdSoThatTheEventCountsOnce()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewUser();
        using var busy = new BusyOnce();
        using var http = new HttpClient(busy) { BaseAddress = pipeline.Ingestor.BaseAddress };
        await using var sender = new EventSender(new IngestorClient(http));
        await sender.SendAsync(Click(user, pipeline.Items[0].ItemId));
        await sender.FlushAsync();

        // The first request arrived although its answer was lost, so the second finds the event known already.
        Assert.Equal(2, busy.Bodies.Count);
        Assert.Single(busy.Bodies.Select(EventId).Distinct());
        Assert.Equal(new SenderCounts(1, 0, 0), sender.Counts);
        await sender.SendAsync(Click(user, pipeline.Items[1].ItemId));
        await sender.FlushAsync();
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, answer => answer.GetProperty("sequenceLength").GetInt32() == 2);
    }

    [Fact]
    public async Task ARejectedEventIsToldAndItsNeighboursAreDelivered()
    {
        var pipeline = await fixture.StartedAsync();
        var failed = new List<FailedEvent>();
        var unrated = Click(NewUser(), pipeline.Items[0].ItemId) with { EventType = EventTypes.Review };
        await using (var sender = new EventSender(new IngestorClient(pipeline.Ingestor), new EventSenderOptions { OnFailure = failed.Add }))
        {
            await sender.SendAsync(Click(NewUser(), pipeline.Items[0].ItemId));
            await sender.SendAsync(unrated);
            await sender.FlushAsync();
            Assert.Equal(new SenderCounts(1, 1, 0), sender.Counts);
        }

        var one = Assert.Single(failed);
        Assert.Equal((unrated.EventId, true, "/rating"), (one.Event.EventId, one.Rejected, one.Pointer));
    }

    [Fact]
    public async Task EveryReadAnswersFromTheRunningRecommender()
    {
        var pipeline = await fixture.StartedAsync();
        var recommender = new Client.RecommenderClient(pipeline.Recommender);
        var user = (await Traffic.SendAsync(pipeline, 20))[0];
        var item = pipeline.Items[0];
        using var limit = new CancellationTokenSource(Soon);

        await foreach (var state in recommender.FollowInterestsAsync(user, limit.Token))
        {
            Assert.Equal(1, state.SequenceLength);
            break;
        }

        Assert.NotEmpty((await recommender.SimilarAsync(item.ItemId))!.Items);
        Assert.Null(await recommender.SimilarAsync("no such item"));
        Assert.Null(await recommender.InterestsAsync("nobody"));
        Assert.NotEmpty((await recommender.TrendingAsync(new ItemQuery { Count = 2 })).Items);
        Assert.Contains(await recommender.FindItemsAsync(item.ItemId), found => found.ItemId == item.ItemId);
        Assert.NotEmpty(await recommender.RecentUsersAsync(5));
        var trends = await recommender.TrendsAsync("24h", 4);
        Assert.Equal(trends.Categories.Count, trends.Migration.Count);
        var rising = (await recommender.InterestsAsync(user, history: 2))!.Rising.First(shift => shift.Delta > 0).Category;
        Assert.NotEmpty(await recommender.AudienceAsync(rising, limit: 3, stopping: limit.Token).ToListAsync(limit.Token));
        Assert.Single((await recommender.ExportAsync(user)).Sequence);
        Assert.Empty(await recommender.ExperimentsAsync());
        Assert.Null(await recommender.ExperimentAsync("none"));
    }

    [Fact]
    public async Task TheJavaScriptClientPassesItsOwnTests()
    {
        var node = Needs.Program("node");
        var (exit, output, error) = await Programs.RunAsync(node, ["--test", Path.Combine(Checkout.Root, "clients", "js", "test")], TimeSpan.FromMinutes(2));
        Assert.True(exit == 0, output + error);
    }

    [Fact]
    public async Task TheJavaScriptClientSendsAndReads()
    {
        var node = Needs.Program("node");
        var pipeline = await fixture.StartedAsync();
        var user = NewUser();
        var script = $$"""
            import { EventSender, Recommender } from '{{new Uri(Path.Combine(Checkout.Root, "clients", "js", "index.js"))}}';
            const [ingestor, url, user, ...items] = process.argv.slice(1);
            const sender = new EventSender({ url: ingestor });
            for (const itemId of items) await sender.send({ eventType: 'click', userId: user, items: [{ itemId }] });
            await sender.close();
            const recommender = new Recommender({ url });
            for await (const state of recommender.followInterests(user)) if (state.sequenceLength === items.length) break;
            console.log(JSON.stringify({ counts: sender.counts, interests: await recommender.interests(user), answer: await recommender.recommendations(user, { count: 3 }) }));
            process.exit(0);
            """;

        var (exit, output, error) = await Programs.RunAsync(
            node,
            ["--input-type=module", "--eval", script, pipeline.Ingestor.BaseAddress!.ToString(), pipeline.Recommender.BaseAddress!.ToString(), user, .. pipeline.Items.Take(3).Select(item => item.ItemId)],
            TimeSpan.FromMinutes(1));

        Assert.True(exit == 0, output + error);
        var told = JsonSerializer.Deserialize<JsonElement>(output);
        Assert.Equal(3, told.GetProperty("counts").GetProperty("delivered").GetInt32());
        Assert.Equal(3, told.GetProperty("interests").GetProperty("sequenceLength").GetInt32());
        Assert.Equal(3, told.GetProperty("answer").GetProperty("items").GetArrayLength());
    }

    private static string NewUser() => $"user-{Guid.NewGuid():N}";

    private static StorefrontEvent Click(string user, string item) => new() { EventType = EventTypes.Click, UserId = user, Items = [new EventItem(item)] };

    private static string EventId(string body) => JsonSerializer.Deserialize<JsonElement>(body)[0].GetProperty("eventId").GetString()!;

    /// <summary>Passes requests on, and answers 503 in place of the first answer.</summary>
    private sealed class BusyOnce() : DelegatingHandler(new SocketsHttpHandler())
    {
        public List<string> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            var answer = await base.SendAsync(request, cancellationToken);
            if (Bodies.Count > 1) return answer;
            answer.Dispose();
            return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        }
    }
}
