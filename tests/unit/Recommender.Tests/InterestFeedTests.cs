using System.Net;
using Driftline.Recommender.Interests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Driftline.Recommender.Tests;

public sealed class InterestFeedTests(RecommenderWithoutPipeline app) : IClassFixture<RecommenderWithoutPipeline>
{
    [Fact]
    public async Task AStreamMoreThanMayBeOpenIsRefusedUntilAnotherHasEnded()
    {
        var feed = ActivatorUtilities.CreateInstance<InterestFeed>(app.Services, Options.Create(new RecommenderOptions { MaxStreams = 1 }));
        var first = feed.Open("u", CancellationToken.None);
        Assert.NotNull(first);
        Assert.Null(feed.Open("u", CancellationToken.None));

        await using (var reading = first.GetAsyncEnumerator())
            await Assert.ThrowsAnyAsync<Exception>(async () => await reading.MoveNextAsync()); // Redis is away, which ends the stream

        Assert.NotNull(feed.Open("u", CancellationToken.None));
        Assert.Null(feed.Open("u", CancellationToken.None));
    }

    [Fact]
    public async Task AClientThatFindsTooManyStreamsIsToldWhenToAskAgainAndWhichSettingItIs()
    {
        await using var full = new RecommenderWithoutPipeline(("Recommender:MaxStreams", "0"));
        using var answer = await full.CreateClient().GetAsync("/v1/users/u/interests/stream");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter?.Delta);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Recommender:MaxStreams", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
