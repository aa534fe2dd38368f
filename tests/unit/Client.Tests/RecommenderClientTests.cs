using System.Net;
using Xunit;

namespace Driftline.Client.Tests;

public sealed class RecommenderClientTests
{
    private readonly FakeService _service = new();
    private readonly RecommenderClient _client;

    public RecommenderClientTests() => _client = new RecommenderClient(_service.Client);

    [Fact]
    public async Task AnUnknownUserHasNoInterests()
    {
        _service.Answer = (_, _) => Task.FromResult(FakeService.Json(
            HttpStatusCode.NotFound, """{"title":"Unknown user","detail":"Nothing is known of this user yet."}""", "application/problem+json"));

        Assert.Null(await _client.InterestsAsync("nobody"));
    }

    [Fact]
    public async Task ARecommenderThatAsksForASecondIsAskedAgain()
    {
        _service.Answer = (_, number) =>
        {
            var answer = number == 1 ? new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) : FakeService.Json(HttpStatusCode.OK, """{"categories":[]}""");
            if (number == 1) answer.Headers.RetryAfter = new System.Net.Http.Headers.RetryConditionHeaderValue(TimeSpan.FromSeconds(1));
            return Task.FromResult(answer);
        };

        Assert.Empty(await _client.CategoriesAsync());
    }

    [Fact]
    public async Task AWrongAddressIsNoUnknownUser()
    {
        _service.Answer = (_, _) => Task.FromResult(FakeService.Json(HttpStatusCode.NotFound, """{"title":"Not Found"}""", "application/problem+json"));

        await Assert.ThrowsAsync<DriftlineException>(() => _client.InterestsAsync("u1"));
    }

    [Fact]
    public async Task AnIdMayHoldAnyCharacter()
    {
        _service.Answer = (_, _) => Task.FromResult(FakeService.Json(HttpStatusCode.OK, """{"itemId":"a/b","attributionToken":"t","items":[]}"""));

        await _client.SimilarAsync("a/b ü?#%2F");

        Assert.Equal("/v1/items/a%2Fb%20%C3%BC%3F%23%252F/similar", Assert.Single(_service.Requests).Uri.PathAndQuery);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task AnIdThatAPathCannotHoldIsRefused(string id) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _client.RecommendationsAsync(id));

    [Fact]
    public async Task FollowingAnswersEachStateAndPassesOverWhatIsNone()
    {
        _service.Answer = (_, _) => Task.FromResult(FakeService.Json(
            HttpStatusCode.OK,
            "event: interests\ndata: {\"userId\":\"u1\",\"known\":true,\"sequenceLength\":1}\n\n: still here\n\nevent: ping\ndata: {}\n\nevent: interests\ndata: {\"userId\":\"u1\",\"known\":true,\"sequenceLength\":2}\n\n",
            "text/event-stream"));

        var lengths = new List<int>();
        await foreach (var one in _client.FollowInterestsAsync("u1")) lengths.Add(one.SequenceLength);

        Assert.Equal([1, 2], lengths);
    }

    [Fact]
    public async Task AnAudienceIsReadLineByLine()
    {
        _service.Answer = (_, _) => Task.FromResult(FakeService.Json(
            HttpStatusCode.OK, "{\"userId\":\"u1\",\"rise\":0.5,\"cursor\":\"a\"}\n{\"userId\":\"u2\",\"rise\":0.25,\"cursor\":\"b\"}\n", "application/x-ndjson"));

        var users = new List<string>();
        await foreach (var one in _client.AudienceAsync("Toys", minRise: 0.1, limit: 2)) users.Add(one.UserId);

        Assert.Equal(["u1", "u2"], users);
        Assert.Equal("/v1/audiences/Toys?minRise=0.1&limit=2", Assert.Single(_service.Requests).Uri.PathAndQuery);
    }
}
