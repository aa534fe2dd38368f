using Driftline.Recommender.Experiments;
using Driftline.Storefront.Simulation;
using Microsoft.Extensions.Options;
using Xunit;
using static Driftline.Recommender.Tests.Experiments.AssignVariantTests;

namespace Driftline.Recommender.Tests.Experiments;

/// <summary>
/// A replay of simulated shoppers, split a thousand times by the real hash. One A/A experiment proves little: one in twenty may show a difference where there is none.
/// What must hold is how often.
/// </summary>
public sealed class ReplayedSplitsTests
{
    private const int Splits = 1_000;

    [Fact]
    public void OverAReplayAATestsAreSignificantAsOftenAsPromisedAndUsersFitTheWeights()
    {
        var users = Replay();
        int clickThroughs = 0, conversions = 0, experiments = 0, mismatches = 0;
        for (var i = 0; i < Splits; i++)
        {
            var experiment = Experiment($"aa-{i}", 1, ("one", 1), ("other", 1));
            var assign = new AssignVariant(Options.Create(new RecommenderOptions { Experiments = [experiment] }));
            var totals = new Dictionary<VariantKey, FeedbackTotals>();
            foreach (var (user, counts) in users)
            {
                var key = new VariantKey(experiment.Name, assign.Of(user)!.Variant.Name);
                if (!totals.TryGetValue(key, out var sums)) totals.Add(key, sums = new FeedbackTotals());
                foreach (var (name, change) in FeedbackTotals.Changes(default, counts)) sums.Add(name, change);
            }

            var answer = ExperimentsApi.Compose(experiment, totals, [null, null]);
            if (answer.Variants[1].ClickThroughDifference!.PValue < 0.05) clickThroughs++;
            if (answer.Variants[1].ConversionDifference!.PValue < 0.05) conversions++;
            if (answer.Variants[1].Differences.Any(difference => difference.Significant)) experiments++;
            if (answer.SampleRatio!.Mismatch) mismatches++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{users.Count} users, {Splits} splits: {clickThroughs} differences of click-through, {conversions} of conversion below 5 %, {experiments} experiments with a significant one, {mismatches} mismatches");
        Assert.InRange(clickThroughs, 30, 70); // 50 expected, standard deviation 7
        Assert.InRange(conversions, 30, 70);
        Assert.InRange(experiments, 20, 65); // at most 50 expected: fewer, as who buys has clicked
        Assert.InRange(mismatches, 0, 5); // 1 expected
    }

    /// <summary>After two thirds of the events each shopper sees the 20 items they looked at last, and clicks and buys what of them they turn to in the last third.</summary>
    private static Dictionary<string, UserCounts> Replay()
    {
        var events = new Simulator(new SimulatorOptions { Seed = 1 }).Events().Take(24_000).ToList();
        var shown = events.Take(16_000).GroupBy(one => one.UserId)
            .ToDictionary(user => user.Key, user => user.Reverse().Select(one => one.ItemId).Distinct().Take(20).ToHashSet(StringComparer.Ordinal));
        return events.Skip(16_000).Where(one => shown.ContainsKey(one.UserId)).GroupBy(one => one.UserId).ToDictionary(user => user.Key, user => new UserCounts(
            shown[user.Key].Count, Turned(user, shown[user.Key]), Turned(user.Where(one => one.EventType == "purchase"), shown[user.Key])));
    }

    private static int Turned(IEnumerable<Storefront.ImportEvent> events, HashSet<string> to) => events.Select(one => one.ItemId).Distinct().Count(to.Contains);
}
