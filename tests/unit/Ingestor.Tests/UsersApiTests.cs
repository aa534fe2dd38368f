using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using driftline.events;

namespace Driftline.Ingestor.Tests;

public sealed class UsersApiTests
{
    [Theory]
    [InlineData("u1", "u1")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("%C3%A9%20%2B?x=1", "é +")]
    public async Task AnErasureIsRequestedWhateverTheUsersIdHolds(string encoded, string id)
    {
        await using var service = new IngestorService();
        service.UseKestrel(0); // how a path is decoded is the real server's business
        using var response = await service.CreateClient().DeleteAsync($"/v1/users/{encoded}");

        Assert.Equal(System.Net.HttpStatusCode.Accepted, response.StatusCode);
        var erasureId = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["erasureId"]!.GetValue<string>();
        Assert.Equal($"/v1/erasures/{erasureId}", response.Headers.Location!.OriginalString);
        var record = Assert.Single(service.Broker.Records);
        Assert.Equal(("privacy.erasures", id, erasureId), (record.Topic, record.Key, record.Headers["ce_id"]));
        var request = record.Decode<ErasureRequested>(ErasureRequested._SCHEMA);
        Assert.Equal((id, erasureId, IngestorService.Now.ToUnixTimeMilliseconds()), (request.userId, request.erasureId, request.requestedAt));
    }

    [Theory]
    [InlineData("/v1/users/")]
    [InlineData("/v1/users/%20")]
    [InlineData("/v1/users/u1/")]
    [InlineData("/v1/users//u1")]
    public async Task ErasingNobodyIs400(string path)
    {
        await using var service = new IngestorService();
        service.UseKestrel(0);
        await IngestorService.ProblemAsync(await service.CreateClient().DeleteAsync(path), 400);
        Assert.Empty(service.Broker.Records);
    }

    [Fact]
    public async Task NoScopeOfALogLineCarriesTheUsersId()
    {
        await using var service = new IngestorService();
        service.UseKestrel(0);
        await service.CreateClient().DeleteAsync("/v1/users/alice-smith");

        Assert.Single(service.Broker.Records);
        Assert.DoesNotContain(service.Logged.Scopes, scope => scope.Contains("alice-smith", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ErrorCode.NoError)]
    [InlineData(ErrorCode.Local_MsgTimedOut)]
    public async Task NoSpanCarriesTheUsersId(ErrorCode outcome)
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener { ShouldListenTo = _ => true, ActivityStopped = spans.Enqueue };
        ActivitySource.AddActivityListener(listener);
        await using var service = new IngestorService();
        service.UseKestrel(0);
        if (outcome != ErrorCode.NoError) service.Broker.Answer = _ => FakeBroker.Fail(outcome);
        using var client = service.CreateClient();
        using var caller = new Activity("caller") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start(); // names the trace: a listener hears other tests' services too
        using var response = await client.DeleteAsync("/v1/users/only-here-4711");

        await service.DisposeAsync(); // the server's span has ended now
        var server = Assert.Single(spans, span => span.TraceId == caller.TraceId && Equals(span.GetTagItem("url.path"), "/v1/users/{**id}"));
        Assert.Equal(ActivityKind.Server, server.Kind);
        var written = spans.Where(span => span.TraceId == server.TraceId && span.Source.Name != "System.Net.Http") // the test's own client is no part of the service
            .SelectMany(span => span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Append(span.DisplayName));
        Assert.DoesNotContain(written, text => text.Contains("only-here-4711", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("u1/merge", "u1")]
    [InlineData("u1/merge/", "u1")]
    [InlineData("a%2Fmerge/merge", "a/merge")]
    public async Task AMergeIsAnEventOfTheSession(string encoded, string id)
    {
        await using var service = new IngestorService();
        service.UseKestrel(0);
        using var response = await service.CreateClient().PostAsync($"/v1/users/{encoded}", IngestorService.Json("""{"sessionId":"s/1"}"""));

        Assert.Equal(System.Net.HttpStatusCode.Accepted, response.StatusCode);
        var record = Assert.Single(service.Broker.Records);
        Assert.Equal(("storefront.events", "session:s/1"), (record.Topic, record.Key));
        var merge = record.Decode<StorefrontEvent>(StorefrontEvent._SCHEMA);
        Assert.Equal(("session:s/1", id, IngestorService.Now.ToUnixTimeMilliseconds(), record.Headers["ce_id"]), (merge.userId, ((SessionMerged)merge.payload).intoUserId, merge.eventTime, merge.eventId));
    }

    [Theory]
    [InlineData("u1", "{}", "'sessionId' is required")]
    [InlineData("u1", """{"sessionId":5}""", "/sessionId must be a string")]
    [InlineData("u1", """[{"sessionId":"s1"}]""", "must be one object")]
    [InlineData("session:s1", """{"sessionId":"s2"}""", "is a session's itself")]
    public async Task AMergeThatNamesNoSessionOrNoUserIs400(string user, string body, string detail)
    {
        await using var service = new IngestorService();
        service.UseKestrel(0);
        var problem = await IngestorService.ProblemAsync(await service.CreateClient().PostAsync($"/v1/users/{user}/merge", IngestorService.Json(body)), 400);
        Assert.Contains(detail, problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Empty(service.Broker.Records);
    }

    [Fact]
    public async Task AnEventWithoutAUserIsItsSessions()
    {
        await using var service = new IngestorService();
        await IngestorService.ResultsAsync(await service.PostAsync("""{"eventId":"e1","eventType":"click","sessionId":"s1","items":[{"itemId":"i1"}]}"""));
        var record = Assert.Single(service.Broker.Records);
        var happened = record.Decode<StorefrontEvent>(StorefrontEvent._SCHEMA);
        Assert.Equal(("session:s1", "session:s1", "s1"), (record.Key, happened.userId, happened.sessionId));
    }

    [Fact]
    public async Task WithoutTheBrokerNoErasureIsPromised()
    {
        await using var service = new IngestorService();
        service.UseKestrel(0);
        service.Broker.Answer = _ => FakeBroker.Fail(ErrorCode.Local_MsgTimedOut);
        using var response = await service.CreateClient().DeleteAsync("/v1/users/u1");

        await IngestorService.ProblemAsync(response, 503);
        Assert.Equal("5", Assert.Single(response.Headers.GetValues("Retry-After")));
        Assert.Null(response.Headers.Location);
    }
}
