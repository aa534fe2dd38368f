using driftline.events;
using Xunit;

namespace Driftline.FeatureBuilder.Tests;

public sealed class ErasureTests
{
    private const long ErasedAt = 1_000;

    [Theory]
    [InlineData(1_000, 1_000, true)]
    [InlineData(999, 2_000, true)] // happened before, and came late
    [InlineData(2_000, 999, true)] // received before, from a clock that is ahead
    [InlineData(1_001, 1_001, false)]
    public void AnEventIsFromBeforeTheErasureIfItHappenedOrWasReceivedBefore(long eventTime, long receivedAt, bool suppressed) =>
        Assert.Equal(suppressed, SuppressErased.IsFromBefore(new StorefrontEvent { eventTime = eventTime, receivedAt = receivedAt }, ErasedAt));

    [Fact]
    public void OfABatchWhatErasuresCoverIsTakenBackAndNothingLater()
    {
        StorefrontEvent[] batch = [Clicked("erased", 900), Clicked("erased", 999), Clicked("back", 1_500), Clicked("ahead", 1_700, receivedAt: 999), Clicked("ahead", 1_800), Clicked("other", 999)];
        var marks = new Dictionary<string, long> { ["erased"] = 1_000, ["back"] = 1_000, ["ahead"] = 1_000 };

        Assert.Equal([("ahead", 1_700L), ("erased", 1_000L)], SuppressErased.CoveredUpTo(batch, marks).Select(user => (user.Key, user.Value)).Order());
    }

    private static StorefrontEvent Clicked(string user, long at, long? receivedAt = null) => new() { userId = user, eventTime = at, receivedAt = receivedAt ?? at };

    [Theory]
    [InlineData("u1", "u1", "e1", null)]
    [InlineData("u1", "", "e1", "userId")]
    [InlineData("u2", "u1", "e1", "the record's key")]
    [InlineData(null, "u1", "e1", "the record's key")]
    [InlineData("u1", "u1", "", "erasureId")]
    public void AnErasureThatNamesNoUserOrNoIdIsRefused(string? key, string userId, string erasureId, string? reason)
    {
        var fault = EraseUser.Fault(key, new ErasureRequested { userId = userId, erasureId = erasureId, requestedAt = 1_000 });
        if (reason is null) Assert.Null(fault);
        else Assert.StartsWith(reason, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void ATombstoneIsNoErasure() => Assert.NotNull(EraseUser.Fault("u1", null));
}
