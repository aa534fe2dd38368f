using Driftline.Recommender.Experiments;
using Xunit;
using static Driftline.Recommender.Tests.Experiments.AssignVariantTests;

namespace Driftline.Recommender.Tests.Experiments;

public sealed class FeedbackTotalsTests
{
    private static readonly VariantKey A = new("e", "a"), B = new("e", "b");

    [Fact]
    public void StepByStepTheStoredFieldsComeToTheSumsOverUsers()
    {
        var stored = new Dictionary<string, long>();
        Step(stored, default, new UserCounts(2, 0, 0), new Counted(A, "m/1", 1, FeedbackKind.Impression, "x"), new Counted(A, "m/1", 2, FeedbackKind.Impression, "y"));
        Step(stored, new UserCounts(2, 0, 0), new UserCounts(2, 1, 1), new Counted(A, "m/1", 2, FeedbackKind.Click, "y"), new Counted(A, "m/1", 2, FeedbackKind.Purchase, "y"));
        Step(stored, default, new UserCounts(1, 0, 0), new Counted(A, "", 1, FeedbackKind.Impression, "x"));
        var totals = Assert.Single(Read(stored)).Value;
        Assert.Equal((2, 3, 1, 1, 1), (totals.Users, totals.Impressions, totals.Clicks, totals.Purchases, totals.Converted));
        Assert.Equal((5, 1, 2), (totals.ImpressionsSquared, totals.ClicksSquared, totals.ImpressionsTimesClicks));
        Assert.Equal([KeyValuePair.Create(1, new UserCounts(2, 0, 0)), KeyValuePair.Create(2, new UserCounts(1, 1, 1))], totals.ByPosition);
        Assert.Equal([KeyValuePair.Create("", new UserCounts(1, 0, 0)), KeyValuePair.Create("m/1", new UserCounts(2, 1, 1))], totals.ByModelVersion);
    }

    [Fact]
    public void AnAnswerComparesEachVariantWithTheFirst()
    {
        var (first, second) = (new FeedbackTotals(), new FeedbackTotals());
        foreach (var (totals, clicks) in new[] { (first, 2), (second, 5) })
        {
            for (var user = 0; user < 200; user++)
            {
                foreach (var (name, change) in FeedbackTotals.Changes(default, new UserCounts(10, user % clicks, user % 10 < clicks ? 1 : 0))) totals.Add(name, change);
            }
        }

        var answer = ExperimentsApi.Compose(Experiment("e", 1, ("a", 1), ("b", 1)), new Dictionary<VariantKey, FeedbackTotals> { [A] = first, [B] = second }, [0.5, null]);
        Assert.Equal(["a", "b"], answer.Variants.Select(variant => variant.Name));
        Assert.Null(answer.Variants[0].ClickThroughDifference);
        Assert.Equal(0.2 - 0.05, answer.Variants[1].ClickThroughDifference!.Value, 10);
        Assert.Equal(0.5 - 0.2, answer.Variants[1].ConversionDifference!.Value, 10);
        Assert.True(answer.Variants[1].ClickThroughDifference!.Significant && answer.Variants[1].ConversionDifference!.Significant);
        Assert.Equal((1.0, false), (answer.SampleRatio!.PValue, answer.SampleRatio.Mismatch));
        Assert.Equal([0.5, null], answer.Variants.Select(variant => variant.Coverage));
    }

    [Fact]
    public void AnExperimentWithoutFeedbackHasNoEstimates()
    {
        var answer = ExperimentsApi.Compose(Experiment("e", 1, ("a", 1), ("b", 1)), new Dictionary<VariantKey, FeedbackTotals>(), [null, null]);
        Assert.Null(answer.SampleRatio);
        Assert.All(answer.Variants, variant => Assert.Equal((0, null, null, null, null), (variant.Users, variant.ClickThrough, variant.Conversion, variant.ClickThroughDifference, variant.ConversionDifference)));
    }

    private static void Step(Dictionary<string, long> stored, UserCounts before, UserCounts after, params Counted[] counted)
    {
        foreach (var (field, change) in FeedbackFields.Changes(new Dictionary<VariantKey, UserCounts> { [A] = before }, new Dictionary<VariantKey, UserCounts> { [A] = after }, counted))
            FeedbackFields.Add(stored, field, change);
    }

    private static Dictionary<VariantKey, FeedbackTotals> Read(Dictionary<string, long> stored)
    {
        var totals = new Dictionary<VariantKey, FeedbackTotals>();
        foreach (var (field, value) in stored) FeedbackFields.Read(totals, field, value);
        return totals;
    }
}
