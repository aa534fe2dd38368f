using Driftline.Recommender.Retrieval;
using FsCheck.Xunit;
using Xunit;

namespace Driftline.Recommender.Tests;

public sealed class DiversifyTests
{
    // Relevance, scaled: a 1, b 0.9, c 0.5, d 0. Cosines: a-b 1 (same direction), a-c 0.6, a-d 0, b as a, c-d 0.8.
    private static readonly float[] Scores = [12, 11, 7, 2];
    private static readonly float[][] Vectors = [[2, 0], [1, 0], [0.6f, 0.8f], [0, 3]];

    [Theory]
    [InlineData(0, new[] { 0, 1, 2, 3 })]
    // .75 rel - .25 cos: a; then b .675 - .25 = .425, c .375 - .15 = .225, d 0: b; then c .225, d 0: c.
    [InlineData(0.25, new[] { 0, 1, 2, 3 })]
    // .5 rel - .5 cos: a; then b .45 - .5 = -.05, c .25 - .3 = -.05, d 0: d; then b -.05, c .25 - .4 = -.15: b.
    [InlineData(0.5, new[] { 0, 3, 1, 2 })]
    // .6 rel - .4 cos: a; then b .54 - .4 = .14, c .3 - .24 = .06, d 0: b; then c .06, d 0: c.
    [InlineData(0.4, new[] { 0, 1, 2, 3 })]
    // .1 rel - .9 cos: a; then b .09 - .9, c .05 - .54 = -.49, d 0: d; then b .09 - .9 = -.81, c .05 - .72 = -.67: c.
    [InlineData(0.9, new[] { 0, 3, 2, 1 })]
    [InlineData(1, new[] { 0, 3, 2, 1 })]
    public void TheOrderIsTheOneWorkedOutByHand(double diversity, int[] order)
    {
        Assert.Equal(order, Diversify.Choose(Scores, Vectors, 4, diversity));
        Assert.Equal(order[..2], Diversify.Choose(Scores, Vectors, 2, diversity));
    }

    [Fact]
    public void AnOppositeIsMoreDiverseThanWhatIsUnrelated() =>
        Assert.Equal([0, 2, 1], Diversify.Choose([1, 1, 1], [[1, 0], [0, 1], [-1, 0]], 3, 1));

    [Fact]
    public void EqualsKeepTheirOrderAndVectorsWithoutALengthAreLikeNothing() =>
        Assert.Equal([0, 2, 3, 1], Diversify.Choose([5, 5, 5, 5], [[1, 0], [1, 0], [0, 0], [0, 0]], 4, 0.5));

    [Property]
    public bool EachIsChosenOnceAndTheBestFirst(byte[] scores, byte percent)
    {
        float[] falling = [.. scores.Select(score => (float)score).OrderDescending()];
        var chosen = Diversify.Choose(falling, [.. falling.Select(score => new[] { score, 1f })], falling.Length, Math.Min((int)percent, 100) / 100.0);
        return chosen.Order().SequenceEqual(Enumerable.Range(0, falling.Length)) && (falling.Length == 0 || chosen[0] == 0 || falling[chosen[0]] == falling[0]);
    }

    [Theory]
    [InlineData(10, 0, 10)]
    [InlineData(10, 0.1, 100)]
    [InlineData(100, 1, 500)]
    public void OnlyDiversityNeedsMoreCandidates(int count, double diversity, int pool) => Assert.Equal(pool, Diversify.PoolOf(count, diversity > 0));
}
