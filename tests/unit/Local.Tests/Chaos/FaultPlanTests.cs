using Driftline.Local.Chaos;
using Xunit;

namespace Driftline.Local.Tests.Chaos;

public sealed class FaultPlanTests
{
    private static readonly string[] Services = ["ingestor", "feature-builder", "predictor", "recommender"];

    [Fact]
    public void ASeedAlwaysMakesTheSamePlan()
    {
        Assert.Equal(FaultPlan.Make(TimeSpan.FromMinutes(5), 7, Services), FaultPlan.Make(TimeSpan.FromMinutes(5), 7, Services));
        Assert.NotEqual(FaultPlan.Make(TimeSpan.FromMinutes(5), 7, Services), FaultPlan.Make(TimeSpan.FromMinutes(5), 8, Services));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AMinuteHoldsEveryKindOfFaultAndThreeHoldEveryTarget(int seed)
    {
        Assert.Equal(Enum.GetValues<FaultKind>(), FaultPlan.Make(TimeSpan.FromMinutes(1), seed, Services).Select(fault => fault.Kind).Distinct().Order());

        var plan = FaultPlan.Make(TimeSpan.FromMinutes(3), seed, Services);
        Assert.Equal(RequestErrors.All.Count, plan.Where(fault => fault.Kind == FaultKind.RequestErrors).Select(fault => fault.Target).Distinct().Count());
        Assert.Superset(Services.ToHashSet(), plan.Where(fault => fault.Kind == FaultKind.Kill).Select(fault => fault.Target).ToHashSet());
    }

    [Fact]
    public void FaultsComeOneAfterTheOtherAndNoneInTheLastSeconds()
    {
        var plan = FaultPlan.Make(TimeSpan.FromMinutes(2), 1, Services);

        Assert.Equal(plan.Select(fault => fault.At).Order(), plan.Select(fault => fault.At));
        Assert.True(plan[^1].At < TimeSpan.FromSeconds(115), $"the last fault is at {plan[^1].At}");
        Assert.All(plan.Where(fault => fault.Kind == FaultKind.Pause), fault => Assert.True(fault.Lasts > TimeSpan.FromSeconds(4), "a pause must outlast the group's session"));
    }
}
