using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class TimeBudgetTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)] // also where a run was expected to take nothing beside its part
    public void RunsThatUseTheirPartsUseTheWholeTime(double besides)
    {
        double[] weights = [8, 8, 2, 1, 1];
        var budget = new TimeBudget(jobs: 1, weights, besides: 0);
        var left = 1000.0;
        var parts = new List<double>();
        foreach (var weight in weights)
        {
            parts.Add(budget.Of(left, weight));
            left -= parts[^1] + besides;
            budget.Close(weight, parts[^1], parts[^1] + besides);
        }

        Assert.Equal(0, left, 1e-9);
        Assert.Equal(400, parts[0]);
        Assert.All(parts, part => Assert.True(part > 0, string.Join(", ", parts)));
        Assert.Equal(parts[^1], parts[^2], 1e-9);
    }

    [Fact]
    public void WhatARunLeavesFallsToTheOthers()
    {
        var budget = new TimeBudget(jobs: 2, [1, 1, 2], besides: 0);
        Assert.Equal(500, budget.Of(1000, 1));
        Assert.Equal(1000, budget.Of(1000, 2));
        budget.Close(1, part: 500, took: 100);
        Assert.Equal(600, budget.Of(900, 1)); // 100 of its 500 were used
    }

    [Fact]
    public void WhatIsExpectedBesidesCountsUntilARunHasUsedItsPart()
    {
        var budget = new TimeBudget(jobs: 2, [1, 1, 1, 1], besides: 50);
        Assert.Equal(450, budget.Of(1000, 1)); // of 1,000, twice 50 kept free
        budget.Close(1, part: 450, took: 20); // stopped early: does not tell
        Assert.Equal((980 - 75) * 2 / 3.0, budget.Of(980, 1), 1e-9);
        budget.Close(1, part: 450, took: 470);
        Assert.Equal(500 - 20, budget.Of(500, 1));
        Assert.Equal(0, budget.Of(10, 1));
    }
}
