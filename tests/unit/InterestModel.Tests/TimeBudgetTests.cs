using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class TimeBudgetTests
{
    [Fact]
    public void RunsThatUseTheirPartsUseTheWholeTime()
    {
        double[] weights = [8, 8, 2, 1, 1];
        var budget = new TimeBudget(jobs: 1, weights);
        var left = 1000.0;
        foreach (var weight in weights)
        {
            left -= budget.Of(left, weight);
            budget.Close(weight);
        }

        Assert.Equal(0, left, 1e-9);
    }

    [Fact]
    public void WhatARunLeavesFallsToTheOthers()
    {
        var budget = new TimeBudget(jobs: 2, [1, 1, 2]);
        Assert.Equal(500, budget.Of(1000, 1));
        Assert.Equal(1000, budget.Of(1000, 2));
        budget.Close(1);
        Assert.Equal(600, budget.Of(900, 1)); // 100 of its 500 were used
    }
}
