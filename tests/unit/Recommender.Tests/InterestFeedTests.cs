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
}
