using FsCheck.Xunit;
using Xunit;

namespace Driftline.Sequences.Tests;

public sealed class PriceBandsTests
{
    [Theory]
    [InlineData(null, 0)]
    [InlineData(double.NaN, 0)]
    [InlineData(double.PositiveInfinity, 0)]
    [InlineData(double.NegativeInfinity, 0)]
    [InlineData(-1.0, 0)]
    [InlineData(0.0, 0)]
    [InlineData(double.Epsilon, 1)]
    [InlineData(0.99, 31)]
    [InlineData(1.0, 32)]
    [InlineData(1.41, 32)]
    [InlineData(1.42, 33)]
    [InlineData(2.0, 34)]
    [InlineData(1e6, 63)]
    [InlineData(double.MaxValue, 63)]
    public void APriceFallsIntoItsHalfOctave(double? price, byte band) => Assert.Equal(band, PriceBands.Of(price));

    [Property]
    public void ADearerItemIsNeverInALowerBand(double one, double other)
    {
        var (low, high) = (Math.Min(Math.Abs(one), Math.Abs(other)), Math.Max(Math.Abs(one), Math.Abs(other)));
        if (!double.IsFinite(low) || !double.IsFinite(high)) return;

        Assert.True(PriceBands.Of(low) <= PriceBands.Of(high));
        Assert.InRange(PriceBands.Of(high), 0, 63);
    }

    [Fact]
    public void EachBandIsTheSquareRootOfTwoWiderThanTheOneBefore()
    {
        for (var band = 2; band < 63; band++)
        {
            var edge = Math.Pow(2, (band - 32) / 2.0);
            Assert.Equal(band, PriceBands.Of(edge * 1.0001));
            Assert.Equal(band - 1, PriceBands.Of(edge * 0.9999));
        }
    }
}
