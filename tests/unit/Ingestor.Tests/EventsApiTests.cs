using System.Reflection;
using Confluent.Kafka;
using driftline.events;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor.Tests;

public sealed class EventsApiTests
{
    private const string Click = """{"eventId":"e1","eventType":"click","userId":"u1","items":[{"itemId":"i1"}]}""";

    [Fact]
    public async Task OneEventBecomesOneRecordUnderItsUser()
    {
        await using var service = new IngestorService();
        var results = await IngestorService.ResultsAsync(await service.PostAsync(
            """{"eventId":"e1","eventType":"purchase-complete","userId":"u1","sessionId":"s1","eventTime":"2026-01-01T11:59:00+00:00","items":[{"itemId":"i1","quantity":2,"price":9.9}],"currency":"EUR","attributes":{"ageBand":"25-34"}}"""));

        Assert.Equal("""[{"eventId":"e1","status":"accepted"}]""", results.ToJsonString());
        var record = Assert.Single(service.Broker.Records);
        Assert.Equal(("storefront.events", "u1"), (record.Topic, record.Key));
        Assert.Equal("e1", record.Headers["ce_id"]);
        Assert.Equal("/driftline/ingestor", record.Headers["ce_source"]);
        Assert.Equal("driftline.storefront.purchase", record.Headers["ce_type"]);
        Assert.Equal("2026-01-01T11:59:00.000Z", record.Headers["ce_time"]);
        var read = record.Decode<StorefrontEvent>(StorefrontEvent._SCHEMA);
        var purchase = Assert.IsType<Purchase>(read.payload);
        Assert.Equal(("EUR", "i1", 2, 9.9), (purchase.currency, purchase.items[0].itemId, purchase.items[0].quantity, purchase.items[0].price));
        Assert.Equal("25-34", read.attributes["ageBand"]);
        Assert.Equal(IngestorService.Now.ToUnixTimeMilliseconds(), read.receivedAt);
    }

    [Fact]
    public async Task TheRequestsTraceGoesIntoTheRecord()
    {
        await using var service = new IngestorService();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = IngestorService.Json(Click) };
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        await service.CreateClient().SendAsync(request);

        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", Assert.Single(service.Broker.Records).Headers["traceparent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABadElementCostsItsNeighboursNothingAndIsKept()
    {
        await using var service = new IngestorService();
        const string bad = """{"eventId":"e2","eventType":"review","userId":"u2", "items":[{"itemId":"i1"}],"rating":6}""";
        var results = await IngestorService.ResultsAsync(await service.PostAsync($"[{Click},{bad},7,{Click.Replace("e1", "e3", StringComparison.Ordinal)}]"));

        Assert.Equal(["accepted", "rejected", "rejected", "accepted"], results.Select(result => result!["status"]!.GetValue<string>()));
        Assert.Equal("/1/rating", results[1]!["pointer"]!.GetValue<string>());
        Assert.Equal("is out of range: give a rating from 1 to 5", results[1]!["reason"]!.GetValue<string>());
        Assert.Equal("/2", results[2]!["pointer"]!.GetValue<string>());
        Assert.Null(results[2]!["eventId"]);
        var kept = service.Broker.Records.Where(record => record.Topic == "storefront.events.rejected").ToList();
        Assert.Equal(["u2", null], kept.Select(record => record.Key));
        Assert.Equal(bad, System.Text.Encoding.UTF8.GetString(kept[0].Value!));
        Assert.Equal("/1/rating is out of range: give a rating from 1 to 5", kept[0].Headers["dl_error"]);
        Assert.Equal("ingestor", kept[0].Headers["dl_stage"]);
    }

    [Fact]
    public async Task AnEventThatTheBrokerFindsTooLargeIsRejectedAndKeptAsItWouldHaveBeen()
    {
        await using var service = new IngestorService();
        service.Broker.Answer = record => record.Topic == "storefront.events" ? FakeBroker.Fail(ErrorCode.MsgSizeTooLarge) : Task.CompletedTask;

        var result = Assert.Single(await IngestorService.ResultsAsync(await service.PostAsync(Click)));

        Assert.Equal("rejected", result!["status"]!.GetValue<string>());
        var kept = service.Broker.Records.Single(record => record.Topic == "storefront.events.rejected");
        Assert.Equal("storefront.events", kept.Headers["dl_topic"]);
        Assert.Equal("e1", kept.Decode<StorefrontEvent>(StorefrontEvent._SCHEMA).eventId);
    }

    [Fact]
    public async Task EventsOfABatchThatIsTooLargeAreJudgedEachByItself()
    {
        await using var service = new IngestorService();
        service.Broker.MaxBatchBytes = 300;
        var events = Enumerable.Range(0, 20).Select(i => Click.Replace("e1", $"e{i}", StringComparison.Ordinal)).ToArray();
        events[7] = events[7].Replace("}]}", $$$"""}],"attributes":{"note":"{{{new string('x', 301)}}}"}}""", StringComparison.Ordinal);
        var results = await IngestorService.ResultsAsync(await service.PostAsync($"[{string.Join(',', events)}]"));

        var refused = Assert.Single(results, result => result!["status"]!.GetValue<string>() != "accepted");
        Assert.Equal(("e7", "/7"), (refused!["eventId"]!.GetValue<string>(), refused["pointer"]!.GetValue<string>()));
        Assert.Equal("u1", service.Broker.Records.First(record => record.Topic == "storefront.events.rejected").Key);
    }

    [Fact]
    public async Task ATwinOfAnEventThatTheBrokerFindsTooLargeIsRejectedLikeIt()
    {
        await using var service = new IngestorService();
        service.Broker.Answer = record => record.Topic == "storefront.events" ? FakeBroker.Fail(ErrorCode.MsgSizeTooLarge) : Task.CompletedTask;
        var results = await IngestorService.ResultsAsync(await service.PostAsync($"[{Click},{Click}]"));

        Assert.All(results, result => Assert.Equal("rejected", result!["status"]!.GetValue<string>()));
        Assert.Equal(["/0", "/1"], results.Select(result => result!["pointer"]!.GetValue<string>()));
        Assert.Single(service.Broker.Records, record => record.Topic == "storefront.events.rejected");
    }

    [Fact]
    public async Task TheAnswerWaitsForTheAcknowledgement()
    {
        await using var service = new IngestorService();
        var (sent, acknowledge) = service.Broker.Hold();
        var answer = service.PostAsync(Click);
        await sent.Task.WaitAsync(IngestorService.Patience);
        Assert.False(answer.IsCompleted);

        acknowledge.SetResult();
        Assert.Equal(System.Net.HttpStatusCode.Accepted, (await answer).StatusCode);
    }

    [Theory]
    [InlineData(ErrorCode.Local_MsgTimedOut)]
    [InlineData(ErrorCode.Local_QueueFull)]
    [InlineData(ErrorCode.NotEnoughReplicas)]
    public async Task WithoutTheBrokerTheAnswerIs503AndARetryTellsWhatHadArrived(ErrorCode code)
    {
        await using var service = new IngestorService();
        service.Broker.Answer = record => record.Headers["ce_id"] == "e3" ? FakeBroker.Fail(code) : Task.CompletedTask;
        var batch = $"[{Click},{Click.Replace("e1", "e3", StringComparison.Ordinal)}]";
        using var answer = await service.PostAsync(batch);
        await IngestorService.ProblemAsync(answer, 503);
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter?.Delta);

        service.Broker.Answer = _ => Task.CompletedTask;
        var retry = await IngestorService.ResultsAsync(await service.PostAsync(batch));
        Assert.Equal(["duplicate", "accepted"], retry.Select(result => result!["status"]!.GetValue<string>()));
    }

    [Fact]
    public async Task ABrokerThatDoesNotAnswerHoldsNoRequestLongerThanTheTimeout()
    {
        await using var service = new IngestorService(("Ingestor:ProduceTimeout", "00:00:03"));
        var (sent, acknowledge) = service.Broker.Hold();
        var answer = service.PostAsync(Click);
        await sent.Task.WaitAsync(IngestorService.Patience);
        await service.Time.UntilTimerAsync(TimeSpan.FromSeconds(3));
        service.Time.Advance(TimeSpan.FromSeconds(3));

        var problem = await IngestorService.ProblemAsync(await answer.WaitAsync(IngestorService.Patience), 503);
        Assert.Contains("no acknowledgement within 00:00:03", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);

        // The record arrives late: the client's retry is a duplicate, not a second event.
        acknowledge.SetResult();
        var retry = await IngestorService.ResultsAsync(await service.PostAsync(Click));
        Assert.Equal("duplicate", retry[0]!["status"]!.GetValue<string>());
        Assert.Single(service.Broker.Records);
    }

    [Fact]
    public async Task MoreThanMayBeInFlightIsRefusedAtOnce()
    {
        await using var service = new IngestorService(("Ingestor:MaxInFlightEvents", "2"), ("Ingestor:MaxBatchEvents", "2"));
        var (sent, acknowledge) = service.Broker.Hold();
        var first = service.PostAsync(Click);
        await sent.Task.WaitAsync(IngestorService.Patience);
        using var refused = await service.PostAsync($"[{Click},{Click}]");
        await IngestorService.ProblemAsync(refused, 503);
        Assert.NotNull(refused.Headers.RetryAfter);

        acknowledge.SetResult();
        await IngestorService.ResultsAsync(await first);
        await IngestorService.ResultsAsync(await service.PostAsync($"[{Click},{Click}]"));
    }

    [Fact]
    public async Task RecordsOfARequestLeaveInItsOrder()
    {
        await using var service = new IngestorService(); // the first request, whose encoding asks the registry
        var ids = Enumerable.Range(0, 200).Select(i => $"e{i}").ToList();
        await IngestorService.ResultsAsync(await service.PostAsync($"[{string.Join(',', ids.Select(id => Click.Replace("e1", id, StringComparison.Ordinal)))}]"));
        Assert.Equal(ids, service.Broker.Records.Select(record => record.Headers["ce_id"]));
    }

    [Fact]
    public async Task ADuplicateIsToldWithinARequestAndAcrossRequests()
    {
        await using var service = new IngestorService();
        var first = await IngestorService.ResultsAsync(await service.PostAsync($"[{Click},{Click},{Click.Replace("u1", "u2", StringComparison.Ordinal)}]"));
        var second = await IngestorService.ResultsAsync(await service.PostAsync(Click));

        Assert.Equal(["accepted", "duplicate", "accepted"], first.Select(result => result!["status"]!.GetValue<string>()));
        Assert.Equal("duplicate", second[0]!["status"]!.GetValue<string>());
        Assert.Equal(2, service.Broker.Records.Count);
    }

    [Fact]
    public async Task AReplaySendsOnWhatWasAcceptedBefore()
    {
        await using var service = new IngestorService();
        await service.PostAsync(Click);
        var replayed = await IngestorService.ResultsAsync(await service.PostAsync(Click, "/v1/events?replay=true"));
        var again = await IngestorService.ResultsAsync(await service.PostAsync(Click, "/v1/events?replay=false"));

        Assert.Equal("accepted", replayed[0]!["status"]!.GetValue<string>());
        Assert.Equal("duplicate", again[0]!["status"]!.GetValue<string>());
        Assert.Equal(2, service.Broker.Records.Count);
        Assert.Contains("replay must be true or false", (await IngestorService.ProblemAsync(await service.PostAsync(Click, "/v1/events?replay=yes"), 400))["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfTwoRequestsWithTheSameEventInFlightOneSendsItAndTheOtherIsADuplicate()
    {
        await using var service = new IngestorService();
        var (sent, acknowledge) = (new TaskCompletionSource(), new TaskCompletionSource());
        service.Broker.Answer = record =>
        {
            if (record.Headers["ce_id"] == "e1") sent.TrySetResult();
            return record.Headers["ce_id"] == "e1" ? acknowledge.Task : Task.CompletedTask;
        };
        var first = service.PostAsync(Click);
        await sent.Task.WaitAsync(IngestorService.Patience);
        var second = service.PostAsync($"[{Click.Replace("e1", "e9", StringComparison.Ordinal)},{Click}]");
        while (service.Broker.Records.Count < 2) await Task.Yield(); // the second request is under way
        Assert.False(second.IsCompleted);
        acknowledge.SetResult();

        Assert.Equal("accepted", (await IngestorService.ResultsAsync(await first))[0]!["status"]!.GetValue<string>());
        Assert.Equal("duplicate", (await IngestorService.ResultsAsync(await second))[1]!["status"]!.GetValue<string>());
        Assert.Equal(2, service.Broker.Records.Count);
    }

    [Fact]
    public async Task MalformedJsonIsAProblemThatNamesThePlace()
    {
        await using var service = new IngestorService();
        var problem = await IngestorService.ProblemAsync(await service.PostAsync("[\n{\"eventId\": NaN}]"), 400);

        Assert.Equal((2, 13), (problem["line"]!.GetValue<int>(), problem["byte"]!.GetValue<int>()));
        Assert.StartsWith("Line 2, byte 13: 'N' is an invalid start of a value", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Empty(service.Broker.Records);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"click\"")]
    [InlineData("null")]
    [InlineData("{} {}")]
    public async Task ABodyWithoutElementsIs400(string body)
    {
        await using var service = new IngestorService();
        await IngestorService.ProblemAsync(await service.PostAsync(body), 400);
    }

    [Fact]
    public async Task ABatchOverTheLimitIs400AndNothingOfItIsTaken()
    {
        await using var service = new IngestorService();
        await IngestorService.ProblemAsync(await service.PostAsync($"[{string.Join(',', Enumerable.Repeat(Click, 1001))}]"), 400);
        Assert.Empty(service.Broker.Records);
        Assert.Equal(1000, (await IngestorService.ResultsAsync(await service.PostAsync($"[{string.Join(',', Enumerable.Repeat(Click, 1000))}]"))).Count);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public async Task ABodyOverTheLimitIs413WithAndWithoutAContentLength(int over, bool contentLength)
    {
        await using var service = new IngestorService();
        var body = Click + new string(' ', 1024 * 1024 - Click.Length + over);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = IngestorService.Json(body) };
        if (!contentLength)
        {
            request.Content.Headers.ContentLength = null;
            request.Headers.TransferEncodingChunked = true;
        }

        using var answer = await service.CreateClient().SendAsync(request);
        if (over == 0) await IngestorService.ResultsAsync(answer);
        else await IngestorService.ProblemAsync(answer, 413);
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/json; charset=utf-16", null)]
    [InlineData("application/json", "gzip")]
    public async Task AnythingButPlainJsonIs415(string contentType, string? encoding)
    {
        await using var service = new IngestorService();
        using var content = IngestorService.Json(Click);
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType);
        if (encoding is not null) content.Headers.ContentEncoding.Add(encoding);
        await IngestorService.ProblemAsync(await service.CreateClient().PostAsync("/v1/events", content), 415);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("application/cloudevents+json")]
    public async Task PlainJsonIsTakenHoweverItIsNamed(string contentType)
    {
        await using var service = new IngestorService();
        using var content = IngestorService.Json(Click);
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType);
        await IngestorService.ResultsAsync(await service.CreateClient().PostAsync("/v1/events", content));
    }

    [Fact]
    public async Task AnUnknownRouteAndMethodAreProblemsToo()
    {
        await using var service = new IngestorService();
        await IngestorService.ProblemAsync(await service.CreateClient().GetAsync("/v1/nothing"), 404);
        await IngestorService.ProblemAsync(await service.CreateClient().GetAsync("/v1/events"), 405);
    }

    [Fact]
    public async Task ReadinessSaysWhatIsMissing()
    {
        await using var service = new IngestorService();
        service.Registry.Lacks = _ => true;
        using var waiting = await service.CreateClient().GetAsync("/health/ready");
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, waiting.StatusCode);
        Assert.Contains("storefront.events-value", await waiting.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using (var refused = await service.PostAsync(Click)) await IngestorService.ProblemAsync(refused, 503);

        service.Registry.Lacks = _ => false;
        Assert.Equal(System.Net.HttpStatusCode.OK, (await service.CreateClient().GetAsync("/health/ready")).StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await service.CreateClient().GetAsync("/health/live")).StatusCode);
    }

    [Theory]
    [InlineData("storefront.events-value")]
    [InlineData("catalog.items-value")]
    [InlineData("privacy.erasures-value")]
    public async Task WithoutTheSchemaOfAnythingThatItSendsTheServiceIsNotReady(string missing)
    {
        await using var service = new IngestorService();
        service.Registry.Lacks = subject => subject == missing;
        using var answer = await service.CreateClient().GetAsync("/health/ready");
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains(missing, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ingestor:MaxBatchEvents", "0")]
    [InlineData("Ingestor:MaxLateness", "-1.00:00:00")]
    [InlineData("Ingestor:MaxInFlightEvents", "10")]
    public async Task ABadSettingStopsTheStartAndNamesItsKey(string key, string value)
    {
        // The entry point itself: a test host may find the failed service disposed before it hears why.
        var main = typeof(Program).Assembly.EntryPoint!;
        string[] arguments = [$"--{key}={value}", "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"];
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => Task
            .Run(() => main.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [arguments], null))
            .WaitAsync(IngestorService.Patience));
        Assert.Contains(key, e.Message, StringComparison.Ordinal);
    }
}
