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
        var budget = new TimeBudget(jobs: 1, [.. weights.Select(Of)], besides: 0);
        var left = 1000.0;
        var seconds = new List<double>();
        foreach (var weight in weights)
        {
            var part = budget.Begin(left, Of(weight));
            seconds.Add(part.Seconds);
            left -= part.Seconds + besides;
            Assert.True(besides > 0 && seconds.Count == 1 || Math.Abs(left - part.LeftAfter) < 1e-9);
            budget.End(part, part.Seconds + besides);
        }

        Assert.Equal(0, left, 1e-9);
        Assert.Equal(400, seconds[0]);
        Assert.All(seconds, part => Assert.True(part > 0, string.Join(", ", seconds)));
        Assert.Equal(seconds[^1], seconds[^2], 1e-9);
    }

    [Fact]
    public void WhatARunLeavesFallsToTheOthers()
    {
        var budget = new TimeBudget(jobs: 2, [Of(1), Of(1), Of(2)], besides: 0);
        var first = budget.Begin(1000, Of(1));
        Assert.Equal(500, first.Seconds);
        Assert.Equal(1000, budget.Begin(1000, Of(2)).Seconds);
        budget.End(first, took: 100);
        Assert.Equal(900, budget.Begin(900, Of(1)).Seconds); // the other of the two has the rest of its own 1,000
    }

    [Fact]
    public void ARunThatIsUnderWayCountsByWhatItStillTakes()
    {
        var budget = new TimeBudget(jobs: 2, [Of(8), Of(1), Of(1)], besides: 0);
        var large = budget.Begin(100, Of(8), most: 60);
        Assert.Equal(60, large.Seconds);
        var small = budget.Begin(100, Of(1));
        Assert.Equal(70, small.Seconds); // half of the 140 that the large one leaves
        budget.End(small, took: 30);
        Assert.Equal(70, budget.Begin(70, Of(1)).Seconds); // all that is left, though the large one goes on
    }

    [Fact]
    public void WhatIsExpectedBesidesCountsUntilARunHasUsedItsPart()
    {
        var budget = new TimeBudget(jobs: 1, [Of(0), Of(1), Of(1), Of(1), Of(1)], besides: 50);
        Assert.Equal(0, Run(5, took: 1)); // there was no time for it: does not tell
        Assert.Equal((1000 - 4 * 50) / 4.0, Run(1000, took: 20)); // stopped early: does not tell
        Assert.Equal((980 - 3 * 50) / 3.0, Run(980, took: (980 - 3 * 50) / 3.0 + 30)); // told: 30
        Assert.Equal((600 - 2 * 30) / 2.0, Run(600, took: 300), 1e-9);
        Assert.Equal(0, Run(10, took: 0));

        double Run(double left, double took)
        {
            var part = budget.Begin(left, Of(left == 5 ? 0 : 1));
            budget.End(part, took);
            return part.Seconds;
        }
    }

    [Theory]
    [InlineData(30)]
    [InlineData(120)]
    public void WhatIsKeptFreeIsWhatRunsOfTheSameKindTook(double expected)
    {
        (string, double) large = ("large", 1), small = ("small", 1);
        var budget = new TimeBudget(jobs: 1, [large, large, large, small, small], besides: expected);
        var first = budget.Begin(1000, large);
        budget.End(first, first.Seconds + 80);
        Assert.Equal((500 - (2 * 80) - (2 * Math.Min(expected, 80))) / 4.0, budget.Begin(500, large).Seconds, 1e-9); // no small one has told
        var second = budget.Begin(400, small);
        budget.End(second, second.Seconds + 10);
        Assert.Equal((300 - 80 - 10) / 2.0, budget.Begin(300, large).Seconds, 1e-9);
    }

    private static (string Kind, double Weight) Of(double weight) => ("", weight);
}
