using Driftline.Recommender.Api;
using Driftline.Recommender.Interests;
using Xunit;

namespace Driftline.Recommender.Tests;

public sealed class AudienceCursorTests
{
    [Theory]
    [InlineData(0.25, "user ü/{1}")]
    [InlineData(1e-9, "u")]
    public void ACursorIsThePositionItWasMadeFrom(double rise, string userId)
    {
        Assert.True(AudienceCursor.TryRead(AudienceCursor.Of(new AudiencePosition(rise, userId)), out var position));
        Assert.Equal(new AudiencePosition(rise, userId), position);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAAAAAAAAA")]
    [InlineData("f_AAAAAAAAB1")] // infinity
    [InlineData("!")]
    public void AnythingElseIsNone(string cursor) => Assert.False(AudienceCursor.TryRead(cursor, out _));
}
