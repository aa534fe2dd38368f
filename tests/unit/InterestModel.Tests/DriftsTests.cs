using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class DriftsTests
{
    // The middle case by hand: m = (.75, .25); log2(1/.75)/2 + (log2(.5/.75) + log2(.5/.25))/4 = 0.2075 + 0.1038.
    [Theory]
    [InlineData(new[] { 0.2f, 0.8f }, new[] { 0.2f, 0.8f }, 0)]
    [InlineData(new[] { 1f, 0f }, new[] { 0f, 1f }, 1)]
    [InlineData(new[] { 1f, 0f }, new[] { 0.5f, 0.5f }, 0.3113)]
    [InlineData(new[] { 1f }, new[] { 1f }, 0)]
    [InlineData(new[] { 0f, 0f }, new[] { 0.5f, 0.5f }, 0)]
    public void JensenShannonIsTheHandWorkedValue(float[] p, float[] q, double expected)
    {
        Assert.Equal(expected, Drifts.JensenShannon(p, q), 1e-4);
        Assert.Equal(expected, Drifts.JensenShannon(q, p), 1e-4);
    }

    [Fact]
    public void DistributionsOfDifferentLengthAreRefused() =>
        Assert.Throws<ArgumentException>(() => Drifts.JensenShannon([1f], [0.5f, 0.5f]));

    [Fact]
    public void ShiftsAreLargestFirstAndLeaveOutWhatHardlyMoves()
    {
        var (rising, falling) = Drifts.Shifts([0.5f, 0.3f, 0.1f, 0.1f], [0.1f, 0.297f, 0.35f, 0.253f], ["a", "b", "c", "d"]);
        Assert.Equal(["c", "d"], rising.Select(shift => shift.Category));
        Assert.Equal(0.25f, rising[0].Delta, 1e-5);
        Assert.Equal(["a"], falling.Select(shift => shift.Category));
        Assert.Equal(-0.4f, falling[0].Delta, 1e-5);
    }
}
