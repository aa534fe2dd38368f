using Microsoft.Extensions.Options;

namespace Driftline.Ingestor.Tests;

public sealed class RecentEventsTests
{
    [Fact]
    public async Task AnAcknowledgedPairIsADuplicateAndAFailedOneIsNew()
    {
        var recent = Window(100);
        Assert.Null(recent.Claim(1));
        recent.Settle(1, ResultStatus.Accepted);
        Assert.Equal(ResultStatus.Accepted, await recent.Claim(1)!);

        Assert.Null(recent.Claim(2));
        recent.Settle(2, null);
        Assert.Null(recent.Claim(2));
    }

    [Theory]
    [InlineData("Accepted")]
    [InlineData("Rejected")]
    [InlineData(null)]
    public async Task ATwinOnItsWayIsWaitedFor(string? name)
    {
        var status = name is null ? (ResultStatus?)null : Enum.Parse<ResultStatus>(name);
        var recent = Window(100);
        Assert.Null(recent.Claim(1));
        var twin = recent.Claim(1)!;
        Assert.False(twin.IsCompleted);
        recent.Settle(1, status);
        Assert.Equal(status, await twin);
    }

    [Fact]
    public void AtLeastHalfTheWindowIsRememberedAndNeverMoreThanAllOfIt()
    {
        const int window = 10;
        var recent = Window(window);
        for (var newest = 1; newest <= 50; newest++)
        {
            Assert.Null(recent.Claim((UInt128)newest));
            recent.Settle((UInt128)newest, ResultStatus.Accepted);
            var known = Enumerable.Range(1, newest).Where(pair => Known(recent, (UInt128)pair)).ToList();
            Assert.InRange(known.Count, Math.Min(newest, window / 2), window);
            Assert.Equal(Enumerable.Range(newest - known.Count + 1, known.Count), known); // the newest, without a gap
        }
    }

    [Fact]
    public void UserAndEventIdsDoNotRunTogether()
    {
        Assert.NotEqual(RecentEvents.Hash("ab", "c"), RecentEvents.Hash("a", "bc"));
        Assert.NotEqual(RecentEvents.Hash("a", "b"), RecentEvents.Hash("b", "a"));
        Assert.Equal(RecentEvents.Hash("a", "b"), RecentEvents.Hash("a", "b"));
    }

    private static bool Known(RecentEvents recent, UInt128 pair)
    {
        if (recent.Claim(pair) is { } known) return known.IsCompleted;
        recent.Settle(pair, null); // give the claim back
        return false;
    }

    private static RecentEvents Window(int events) => new(Options.Create(new IngestorOptions { DuplicateWindowEvents = events }));
}
