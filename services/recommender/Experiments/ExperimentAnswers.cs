using Driftline.Recommender.Experiments.Statistics;

namespace Driftline.Recommender.Experiments;

/// <param name="Experiments">In the order in which they take users.</param>
public sealed record ExperimentsAnswer(IReadOnlyList<ExperimentSettings> Experiments);

/// <summary>An experiment as it is configured.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Traffic">Share of the users left by the experiments before it that take part, 0 to 1.</param>
/// <param name="Variants">The first that serves is what the others are compared with.</param>
public sealed record ExperimentSettings(string Name, double Traffic, IReadOnlyList<VariantSettings> Variants)
{
    internal static ExperimentSettings From(ExperimentOptions experiment) => new(experiment.Name, experiment.Traffic, [.. experiment.Variants.Select(VariantSettings.From)]);
}

/// <summary>A variant as it is configured.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Weight">Its share of the users is this over the sum of the weights of the variants that serve.</param>
/// <param name="Source"><c>model</c> or <c>trending</c>.</param>
/// <param name="Model">The model that answers; null for the one that serves without an experiment.</param>
/// <param name="Diversity">In place of the request's; null leaves it to the request.</param>
/// <param name="Shadow">True if it is computed and compared, but not served.</param>
public sealed record VariantSettings(string Name, double Weight, string Source, string? Model, double? Diversity, bool Shadow)
{
    internal static VariantSettings From(VariantOptions variant) =>
        new(variant.Name, variant.Weight, variant.Source == VariantSource.Trending ? "trending" : "model", variant.Model, variant.Diversity, variant.Shadow);
}

/// <summary>How an experiment stands.</summary>
/// <param name="Settings">As it is configured.</param>
/// <param name="ConfidenceLevel">Of each interval, two-sided, and of all verdicts of the experiment together: one minus this is the chance that any difference is called significant where there is none.</param>
/// <param name="SampleRatio">Whether users came in the proportion of the weights; null with one variant, and before 5 users are expected in each.</param>
/// <param name="Variants">Those that serve, as configured.</param>
public sealed record ExperimentAnswer(ExperimentSettings Settings, double ConfidenceLevel, SampleRatioAnswer? SampleRatio, IReadOnlyList<VariantAnswer> Variants);

/// <param name="ChiSquare">Pearson's chi-square.</param>
/// <param name="DegreesOfFreedom">Variants less one.</param>
/// <param name="PValue">How likely a deviation at least as large is by chance.</param>
/// <param name="Mismatch">True below 0.001: do not trust the comparisons; find out where users were lost.</param>
public sealed record SampleRatioAnswer(double ChiSquare, int DegreesOfFreedom, double PValue, bool Mismatch)
{
    internal static SampleRatioAnswer? From(SampleRatio? ratio) =>
        ratio is null ? null : new(ratio.ChiSquare, ratio.DegreesOfFreedom, ratio.PValue, ratio.PValue < Statistics.SampleRatio.Limit);
}

/// <summary>What came of a variant. A shown item counts at most one impression, one click and one purchase.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Users">Users with any attributed feedback.</param>
/// <param name="Impressions">Items shown.</param>
/// <param name="Clicks">Shown items that were clicked.</param>
/// <param name="Purchases">Shown items that were bought.</param>
/// <param name="Converted">Users who bought one.</param>
/// <param name="ClickThrough">Clicks over impressions, by the delta method over users; null with fewer than two users or without a click.</param>
/// <param name="Conversion">Converted users over users, Wilson's interval; null without users.</param>
/// <param name="Coverage">About which share of the present catalogue's size was shown, 0 to 1; null while the catalogue is empty.</param>
/// <param name="ClickThroughDifference">This less the first variant's; null for the first, and while either has fewer than 100 users or 5 clicks.</param>
/// <param name="ConversionDifference">This less the first variant's, Newcombe's interval; null for the first, and before 5 users with a purchase and 5 without are expected in both.</param>
/// <param name="ByPosition">By position in the answer, from 1.</param>
/// <param name="ByModelVersion">By the model version that the answers rested on.</param>
public sealed record VariantAnswer(
    string Name, long Users, long Impressions, long Clicks, long Purchases, long Converted, Estimate? ClickThrough, Estimate? Conversion, double? Coverage,
    DifferenceAnswer? ClickThroughDifference, DifferenceAnswer? ConversionDifference,
    IReadOnlyList<PositionCounts> ByPosition, IReadOnlyList<ModelVersionCounts> ByModelVersion)
{
    /// <param name="first">Of the variant to compare with; null for that one itself.</param>
    internal static VariantAnswer From(string name, FeedbackTotals totals, FeedbackTotals? first, double? coverage) => new(
        name, totals.Users, totals.Impressions, totals.Clicks, totals.Purchases, totals.Converted,
        RatioOfSums.Of(totals), Proportion.Of(totals.Converted, totals.Users), coverage,
        first is null ? null : DifferenceAnswer.From(RatioOfSums.Between(totals, first)),
        first is null ? null : DifferenceAnswer.From(Proportion.Between((totals.Converted, totals.Users), (first.Converted, first.Users))),
        [.. totals.ByPosition.Select(one => new PositionCounts(one.Key, one.Value.Impressions, one.Value.Clicks, one.Value.Purchases))],
        [.. totals.ByModelVersion.Select(one => new ModelVersionCounts(one.Key.Length == 0 ? null : one.Key, one.Value.Impressions, one.Value.Clicks, one.Value.Purchases))]);

    internal IEnumerable<DifferenceAnswer> Differences => new[] { ClickThroughDifference, ConversionDifference }.OfType<DifferenceAnswer>();

    internal VariantAnswer Judged(double limit) =>
        this with { ClickThroughDifference = ClickThroughDifference?.Judged(limit), ConversionDifference = ConversionDifference?.Judged(limit) };
}

/// <param name="Value">This variant's less the first variant's.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
/// <param name="PValue">How likely a difference at least as large is where there is none; for one look, and one comparison.</param>
/// <param name="Significant">Whether it is one among all differences of the experiment, by Holm's procedure.</param>
public sealed record DifferenceAnswer(double Value, double Low, double High, double PValue, bool Significant)
{
    internal static DifferenceAnswer? From(Difference? difference) =>
        difference is null ? null : new(difference.Value, difference.Low, difference.High, difference.PValue, Significant: false);

    internal DifferenceAnswer Judged(double limit) => this with { Significant = PValue <= limit };
}

/// <param name="Position">From 1.</param>
/// <param name="Impressions">Items shown there.</param>
/// <param name="Clicks">Of these, clicked.</param>
/// <param name="Purchases">Of these, bought.</param>
public sealed record PositionCounts(int Position, long Impressions, long Clicks, long Purchases);

/// <param name="ModelVersion">Null for answers without a model.</param>
/// <param name="Impressions">Items shown.</param>
/// <param name="Clicks">Of these, clicked.</param>
/// <param name="Purchases">Of these, bought.</param>
public sealed record ModelVersionCounts(string? ModelVersion, long Impressions, long Clicks, long Purchases);
