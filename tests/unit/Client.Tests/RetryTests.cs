using System.Net;
using System.Net.Http.Headers;
using Xunit;

namespace Driftline.Client.Tests;

public sealed class RetryTests
{
    private static readonly StorefrontEvent Click = new() { EventType = EventTypes.Click, UserId = "u1", Items = [new EventItem("i1")] };
    private readonly FakeService _service = new();
    private readonly List<RetryNotice> _notices = [];

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    public async Task WhatCannotBeTakenNowIsSentAgainAsItWas(HttpStatusCode status)
    {
        _service.Answer = (request, number) => Task.FromResult(number < 4 ? new HttpResponseMessage(status) : FakeService.Accepted(request));

        var result = Assert.Single(await Client(FakeService.Quick).SendAsync([Click]));

        Assert.Equal((Click.EventId, ResultStatus.Accepted), (result.EventId, result.Status));
        Assert.Equal(4, _service.Requests.Count);
        Assert.Single(_service.Requests.Select(request => request.Body).Distinct());
    }

    [Fact]
    public async Task ABrokenConnectionIsTriedAgain()
    {
        _service.Answer = (request, number) => number == 1 ? throw new HttpRequestException("Connection refused") : Task.FromResult(FakeService.Accepted(request));

        Assert.Single(await Client(FakeService.Quick).SendAsync([Click]));

        Assert.Equal(2, _service.Requests.Count);
    }

    [Fact]
    public async Task AnAnswerThatDoesNotComeIsTriedAgain()
    {
        _service.Answer = (request, number) => number == 1 ? new TaskCompletionSource<HttpResponseMessage>().Task : Task.FromResult(FakeService.Accepted(request));

        Assert.Single(await Client(FakeService.Quick with { AttemptTimeout = TimeSpan.FromMilliseconds(50) }).SendAsync([Click]));

        Assert.Equal(2, _service.Requests.Count);
    }

    [Fact]
    public async Task RetryAfterIsTheLeastWait()
    {
        _service.Answer = (request, number) =>
        {
            var busy = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
            busy.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(1));
            return Task.FromResult(number == 1 ? busy : FakeService.Accepted(request));
        };

        await Client(FakeService.Quick).SendAsync([Click]);

        Assert.Equal(TimeSpan.FromSeconds(1), Assert.Single(_notices).Wait);
    }

    [Fact]
    public async Task WaitsDoubleUpToTheLongestAndVary()
    {
        _service.Answer = (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        var options = new RetryOptions { FirstWait = TimeSpan.FromMilliseconds(8), LongestWait = TimeSpan.FromMilliseconds(64), GiveUpAfter = TimeSpan.FromMilliseconds(700) };

        await Assert.ThrowsAsync<DriftlineException>(() => Client(options).SendAsync([Click]));

        Assert.True(_notices.Count > 5, $"{_notices.Count} attempts");
        Assert.All(_notices, notice =>
        {
            var bound = Math.Min(64, 8 * Math.Pow(2, notice.Attempt - 1));
            Assert.InRange(notice.Wait.TotalMilliseconds, bound / 2 - 0.001, bound);
        });
        Assert.True(_notices.Select(notice => notice.Wait).Distinct().Count() > 3);
    }

    [Fact]
    public async Task ARefusalIsNotTriedAgainAndTellsTheReason()
    {
        _service.Answer = (_, _) => Task.FromResult(FakeService.Json(
            HttpStatusCode.BadRequest, """{"title":"Malformed JSON","detail":"Line 1, byte 2: send valid JSON."}""", "application/problem+json"));

        var refusal = await Assert.ThrowsAsync<DriftlineException>(() => Client(FakeService.Quick).SendAsync([Click]));

        Assert.Equal(HttpStatusCode.BadRequest, refusal.Status);
        Assert.Contains("Malformed JSON: Line 1, byte 2: send valid JSON.", refusal.Message, StringComparison.Ordinal);
        Assert.Single(_service.Requests);
    }

    [Fact]
    public async Task AServiceThatStaysAwayIsGivenUpWithItsAddress()
    {
        _service.Answer = (_, _) => throw new HttpRequestException("Connection refused");

        var error = await Assert.ThrowsAsync<DriftlineException>(() => Client(FakeService.Quick with { GiveUpAfter = TimeSpan.Zero }).SendAsync([Click]));

        Assert.Null(error.Status);
        Assert.Contains("Connection refused", error.Message, StringComparison.Ordinal);
        Assert.Contains("http://service.test/", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAddressWithoutAClosingSlashIsRefused() =>
        Assert.Contains("ending in a slash", Assert.Throws<ArgumentException>(() => new IngestorClient(new HttpClient { BaseAddress = new Uri("http://a/b") })).Message, StringComparison.Ordinal);

    private IngestorClient Client(RetryOptions options) => new(_service.Client, options with { OnRetry = _notices.Add });
}
