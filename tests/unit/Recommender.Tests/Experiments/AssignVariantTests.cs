using Driftline.Recommender.Experiments;
using Driftline.Recommender.Experiments.Statistics;
using Microsoft.Extensions.Options;
using Xunit;

namespace Driftline.Recommender.Tests.Experiments;

public sealed class AssignVariantTests
{
    private const int Users = 20_000;

    [Fact]
    public void UsersAreSplitByTheWeightsAndShadowsGetNone()
    {
        var assign = Assign(Experiment("e", 1, ("a", 3), ("b", 1)));
        var counts = Enumerable.Range(0, Users).CountBy(user => assign.Of($"user-{user}")!.Variant.Name).ToDictionary();
        Assert.Equal(["a", "b"], counts.Keys.Order());
        Assert.InRange(SampleRatio.Of([counts["a"], counts["b"]], [3, 1])!.PValue, 0.001, 1);
    }

    [Fact]
    public void AUserKeepsTheirVariantInEveryProcess()
    {
        // Fixed by XXH64; a change here would move users between variants under way.
        var assign = Assign(Experiment("ranking", 1, ("control", 1), ("treatment", 1)));
        Assert.Equal("control treatment treatment", string.Join(' ', ((string[])["u1", "u2", "Ü/3"]).Select(user => assign.Of(user)!.Variant.Name)));
    }

    [Fact]
    public void AnExperimentTakesItsShareAndLeavesTheOthersToTheNext()
    {
        var assign = Assign(Experiment("first", 0.25, ("a", 1), ("b", 1)), Experiment("second", 0.5, ("a", 1), ("b", 1)));
        var counts = Enumerable.Range(0, Users).CountBy(user => assign.Of($"user-{user}")?.Experiment.Name ?? "none").ToDictionary();
        Assert.InRange(SampleRatio.Of([counts["first"], counts["second"], counts["none"]], [2, 3, 3])!.PValue, 0.001, 1);
    }

    [Fact]
    public void TwoExperimentsSplitIndependently()
    {
        var (one, two) = (Assign(Experiment("one", 1, ("a", 1), ("b", 1))), Assign(Experiment("two", 1, ("a", 1), ("b", 1))));
        var counts = Enumerable.Range(0, Users).Select(user => $"user-{user}").CountBy(user => one.Of(user)!.Variant.Name + two.Of(user)!.Variant.Name).ToDictionary();
        Assert.InRange(SampleRatio.Of([.. counts.Values.Select(count => (long)count)], [1, 1, 1, 1])!.PValue, 0.001, 1);
    }

    [Fact]
    public void WithoutExperimentsNobodyTakesPart() => Assert.Null(Assign().Of("u"));

    internal static ExperimentOptions Experiment(string name, double traffic, params (string Name, double Weight)[] variants) => new()
    {
        Name = name,
        Traffic = traffic,
        Variants = [.. variants.Select(variant => new VariantOptions { Name = variant.Name, Weight = variant.Weight }), new VariantOptions { Name = "shadow", Shadow = true }],
    };

    private static AssignVariant Assign(params ExperimentOptions[] experiments) => new(Options.Create(new RecommenderOptions { Experiments = experiments }));
}
