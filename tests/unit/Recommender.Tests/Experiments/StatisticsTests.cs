using Driftline.Recommender.Experiments;
using Driftline.Recommender.Experiments.Statistics;
using Xunit;

namespace Driftline.Recommender.Tests.Experiments;

public sealed class StatisticsTests
{
    /// <summary>Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3.</summary>
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void AProportionsIntervalIsWilsons(int successes, int trials, double low, double high)
    {
        var estimate = Proportion.Of(successes, trials)!;
        Assert.Equal((double)successes / trials, estimate.Value, 10);
        Assert.Equal(low, estimate.Low, 4);
        Assert.Equal(high, estimate.High, 4);
    }

    /// <summary>Newcombe, "Interval estimation for the difference between independent proportions", 1998, table II, method 10.</summary>
    [Theory]
    [InlineData(56, 70, 48, 80, 0.0524, 0.3339)]
    [InlineData(10, 10, 0, 10, 0.6075, 1.0000)]
    public void ADifferenceOfProportionsHasNewcombesInterval(int a, int m, int b, int n, double low, double high)
    {
        var difference = Proportion.Between((a, m), (b, n))!;
        Assert.Equal(low, difference.Low, 4);
        Assert.Equal(high, difference.High, 4);
    }

    [Fact]
    public void ThePooledTestOfTwoProportionsAgreesWithHandComputation()
    {
        // p = 104/150, error = sqrt(p (1 - p) (1/70 + 1/80)) = 0.075468, z = 0.2 / 0.075468 = 2.6501, p-value 0.00805
        Assert.Equal(0.00805, Proportion.Between((56, 70), (48, 80))!.PValue, 5);
        Assert.Null(Proportion.Between((0, 0), (1, 2)));
    }

    /// <summary>One buyer of ten against ten of 990, a canary's beginning, would have a p-value of .007.</summary>
    [Fact]
    public void FewBuyersTellNoDifference()
    {
        Assert.Null(Proportion.Between((1, 10), (10, 990)));
        Assert.Null(Proportion.Between((0, 10), (0, 20)));
        Assert.Null(Proportion.Between((499, 500), (500, 500)));
        Assert.NotNull(Proportion.Between((1, 500), (9, 500)));
    }

    [Fact]
    public void AClickThroughsIntervalFollowsTheDeltaMethodOverUsers()
    {
        // (impressions, clicks) of four users: ratio 4/10; residuals y - 0.4 x are 0.2, -0.6, 0.8, -0.4, whose sample variance is 1.2/3;
        // over n times the squared mean of x, 4 * 2.5^2, that is 0.016.
        var estimate = RatioOfSums.Of(Totals((2, 1), (4, 1), (3, 2), (1, 0)))!;
        Assert.Equal(0.4, estimate.Value, 12);
        Assert.Equal(0.4 - 1.959964 * Math.Sqrt(0.016), estimate.Low, 6);
        Assert.Equal(0.4 + 1.959964 * Math.Sqrt(0.016), estimate.High, 6);
        Assert.Null(RatioOfSums.Of(Totals((2, 1))));
        Assert.Null(RatioOfSums.Of(Totals((0, 1), (0, 1))));
        Assert.Null(RatioOfSums.Of(Totals((2, 0), (3, 0)))); // no interval from 0 to 0
    }

    /// <summary>Four users, a click of each of two: their variance is nearly none, and the normal p-value would be 1e-97.</summary>
    [Fact]
    public void AFewUsersOrClicksTellNoDifference()
    {
        Assert.Null(RatioOfSums.Between(Totals((10, 1), (11, 1)), Totals((10, 0), (10, 0))));
        var many = Totals([.. Enumerable.Range(0, RatioOfSums.LeastUsers).Select(user => (10, user % 3))]);
        Assert.NotNull(RatioOfSums.Between(many, many));
        Assert.Null(RatioOfSums.Between(many, Totals([.. Enumerable.Range(0, RatioOfSums.LeastUsers).Select(user => (10, user < RatioOfSums.LeastClicks - 1 ? 1 : 0))])));
    }

    [Fact]
    public void ASampleRatioIsCheckedByChiSquare()
    {
        // 821,588 and 815,482 of equal weights: expected 818,535 each, 2 * 3053^2 / 818535 = 22.774; upper tail with one degree of freedom 1.8e-6
        var ratio = SampleRatio.Of([821_588, 815_482], [1, 1])!;
        Assert.Equal((22.774, 1), (Math.Round(ratio.ChiSquare, 3), ratio.DegreesOfFreedom));
        Assert.Equal(1.82e-6, ratio.PValue, 8);
        var even = SampleRatio.Of([200, 100, 100], [2, 1, 1])!;
        Assert.Equal((0.0, 2, 1.0), (even.ChiSquare, even.DegreesOfFreedom, even.PValue));
        Assert.Null(SampleRatio.Of([7], [1]));
        Assert.Null(SampleRatio.Of([0, 0], [1, 1]));
        Assert.Null(SampleRatio.Of([4, 1], [99, 1])); // a twentieth of a user is expected
    }

    [Fact]
    public void TwoDegreesOfFreedomHaveAnExponentialTail()
    {
        var ratio = SampleRatio.Of([110, 100, 90], [1, 1, 1])!; // chi-square 2
        Assert.Equal(2, ratio.ChiSquare, 12);
        Assert.Equal(Math.Exp(-1), ratio.PValue, 10);
    }

    [Theory]
    [InlineData(-1, 0.03, 0.04)]
    [InlineData(0.04, 0.02, 0.04)]
    [InlineData(0.016, 0.016, 0.03, 0.04)]
    [InlineData(0.04, 0.04)]
    [InlineData(-1)]
    public void TheMoreDifferencesThereAreTheSmallerTheFirstMustBe(double limit, params double[] pValues) => Assert.Equal(limit, Holm.Limit(pValues));

    /// <summary>Users differ in how much they see and how readily they click, so that clicks cluster: a test over impressions would find differences where there are none.</summary>
    [Fact]
    public void EqualVariantsDifferSignificantlyAboutAsOftenAsPromised()
    {
        const int Experiments = 2_000, Users = 400;
        var random = new Random(7);
        int clickThroughs = 0, conversions = 0, mismatches = 0;
        for (var i = 0; i < Experiments; i++)
        {
            var variants = new[] { new FeedbackTotals(), new FeedbackTotals() };
            for (var user = 0; user < Users; user++) Add(variants[random.Next(2)], Shopper(random));
            if (RatioOfSums.Between(variants[0], variants[1])!.PValue < 0.05) clickThroughs++;
            if (Proportion.Between((variants[0].Converted, variants[0].Users), (variants[1].Converted, variants[1].Users))!.PValue < 0.05) conversions++;
            if (SampleRatio.Of([variants[0].Users, variants[1].Users], [1, 1])!.PValue < 0.05) mismatches++;
        }

        // 2,000 draws at 5 % have a standard deviation of 0.5 %; conversions are few, so their test is a little coarse.
        Assert.InRange((double)clickThroughs / Experiments, 0.03, 0.07);
        Assert.InRange((double)conversions / Experiments, 0.03, 0.07);
        Assert.InRange((double)mismatches / Experiments, 0.03, 0.07);
    }

    private static UserCounts Shopper(Random random)
    {
        var (shown, readiness) = (10 * (1 + random.Next(8)), 0.3 * random.NextDouble());
        var clicks = Enumerable.Range(0, shown).Count(_ => random.NextDouble() < readiness);
        return new UserCounts(shown, clicks, random.NextDouble() < readiness ? 1 : 0);
    }

    private static FeedbackTotals Totals(params (int Impressions, int Clicks)[] users)
    {
        var totals = new FeedbackTotals();
        foreach (var (impressions, clicks) in users) Add(totals, new UserCounts(impressions, clicks, 0));
        return totals;
    }

    private static void Add(FeedbackTotals totals, UserCounts user)
    {
        foreach (var (name, change) in FeedbackTotals.Changes(default, user)) totals.Add(name, change);
    }
}
