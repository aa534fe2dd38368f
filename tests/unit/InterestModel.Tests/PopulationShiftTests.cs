using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class PopulationShiftTests
{
    [Fact]
    public void UsersLikeTrainingAreNoShift() => Assert.Equal(0, Of([0.25f, 0.75f], [0.25f, 0.75f], PopulationShift.MinUsers)!.Value, 1e-6);

    // (.5 - .25) ln(.5/.25) + (.5 - .75) ln(.5/.75) = .1733 + .1014
    [Fact]
    public void TheIndexIsTheHandWorkedValue() => Assert.Equal(0.2747, Of([0.25f, 0.75f], [0.5f, 0.5f], 500)!.Value, 1e-3);

    [Fact]
    public void FewUsersSayNothing() => Assert.Null(Of([0.25f, 0.75f], [0.5f, 0.5f], PopulationShift.MinUsers - 1));

    [Fact]
    public void ACategoryThatNobodyHasKeepsTheIndexFinite() => Assert.InRange(Of([0.5f, 0.5f], [1f, 0f], 200)!.Value, 1, 10);

    [Fact]
    public void EarlierUsersFade()
    {
        var shift = new PopulationShift([0.5f, 0.5f]);
        for (var i = 0; i < PopulationShift.HalfLife; i++) shift.Add([1f, 0f]);
        var before = shift.Index();
        for (var i = 0; i < 10 * PopulationShift.HalfLife; i++) shift.Add([0.5f, 0.5f]);

        Assert.True(before > 1);
        Assert.InRange(shift.Index()!.Value, 0, 0.001);
    }

    [Fact]
    public void UsersWithoutKnownCategoriesArePassedOver() => Assert.Null(Of([0.5f, 0.5f], [0f, 0f], 1_000));

    [Fact]
    public void AnotherNumberOfCategoriesIsRefused() => Assert.Throws<ArgumentException>(() => new PopulationShift([1f]).Add([0.5f, 0.5f]));

    private static double? Of(float[] training, float[] live, int users)
    {
        var shift = new PopulationShift(training);
        for (var i = 0; i < users; i++) shift.Add(live);
        return shift.Index();
    }
}
