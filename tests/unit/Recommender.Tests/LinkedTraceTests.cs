using System.Diagnostics;
using driftline.events;
using Driftline.Recommender.Api;
using Xunit;

namespace Driftline.Recommender.Tests;

/// <summary>An answer's trace leads to the event that it rests on.</summary>
public sealed class LinkedTraceTests
{
    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", 1)]
    [InlineData(null, 0)]
    [InlineData("no trace", 0)]
    public void TheRequestLinksToTheEventsTrace(string? traceparent, int links)
    {
        using var span = new Activity("GET").Start();
        span.IsAllDataRequested = true;

        UsersApi.LinkTo(new InterestUpdated { traceparent = traceparent });

        Assert.Equal(links, span.Links.Count());
        Assert.All(span.Links, link => Assert.Equal("0af7651916cd43dd8448eb211c80319c", link.Context.TraceId.ToHexString()));
    }

    [Fact]
    public void AUserWithoutAnUpdateHasNoLink()
    {
        using var span = new Activity("GET").Start();

        UsersApi.LinkTo(null);

        Assert.Empty(span.Links);
    }
}
