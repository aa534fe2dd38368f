using driftline.events;
using Driftline.Recommender.Interests;
using Xunit;

namespace Driftline.Recommender.Tests;

public sealed class TrendsTests
{
    [Fact]
    public void WhatACategoryLosesGoesToThoseThatGainInProportion()
    {
        // One user: tea keeps .2 of its .5, toys gains .1 and art .2. Another: all of art stays.
        var answer = Trends.Of([User(("tea", 0.5f, 0.2f), ("toys", 0.5f, 0.6f), ("art", 0, 0.2f)), User(("art", 1, 1))], top: 3);

        Assert.Equal(["art", "toys", "tea", Trends.Other], answer.Categories.Select(category => category.Category));
        double[][] expected =
        [
            [0.5, 0, 0, 0],
            [0, 0.25, 0, 0],
            [0.1, 0.05, 0.1, 0],
            [0, 0, 0, 0],
        ];
        foreach (var (row, wanted) in answer.Migration.Zip(expected)) Assert.Equal(wanted, row.Select(share => Math.Round(share, 6)));
        Assert.Equal([("art", 0.5, 0.6), ("toys", 0.25, 0.3), ("tea", 0.25, 0.1), (Trends.Other, 0, 0)],
            answer.Categories.Select(category => (category.Category, Math.Round(category.Current, 6), Math.Round(category.Next, 6))));
        Assert.Equal(["art", "toys"], answer.Rising.Select(shift => shift.Category));
        Assert.Equal(("tea", -0.15f), (Assert.Single(answer.Falling).Category, answer.Falling[0].Delta));
        Assert.Equal((2, 2L), (answer.Sampled, answer.Users));
    }

    [Fact]
    public void CategoriesWithoutARowAndSharesLeftOutOfAnUpdateFallToTheOthers()
    {
        var answer = Trends.Of([User(("tea", 0.6f, 0.5f), ("toys", 0.3f, 0.3f))], top: 1); // a tenth, then a fifth, was left out

        Assert.Equal(["tea", Trends.Other], answer.Categories.Select(category => category.Category));
        Assert.Equal([0.5, 0.1, 0, 0.4], answer.Migration.SelectMany(row => row).Select(share => Math.Round(share, 6)));
    }

    [Fact]
    public void ACategoryOfTheNameOfTheOthersIsAmongThem() =>
        Assert.Equal(["tea", Trends.Other], Trends.Of([User((Trends.Other, 0.9f, 0.9f), ("tea", 0.1f, 0.1f))], top: 5).Categories.Select(category => category.Category));

    [Fact]
    public void WithoutUsersNothingMoves()
    {
        var answer = Trends.Of([], top: 5);
        Assert.Equal(0, answer.Sampled);
        Assert.Equal(0, answer.Migration.SelectMany(row => row).Sum());
        Assert.Empty(answer.Rising);
    }

    private static InterestUpdated User(params (string Category, float Current, float Next)[] shares)
    {
        var update = Records.InterestsOf("u", "m1");
        update.interests = [.. shares.Select(share => new CategoryInterest { category = share.Category, current = share.Current, next = share.Next })];
        return update;
    }
}
