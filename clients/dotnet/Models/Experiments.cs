namespace Driftline.Client;

/// <summary>An experiment as it is configured.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Traffic">Share of the users left by the experiments before it that take part, 0 to 1.</param>
/// <param name="Variants">The first that serves is what the others are compared with.</param>
public sealed record ExperimentSettings(string Name, double Traffic, IReadOnlyList<VariantSettings> Variants);

/// <param name="Name">Its name.</param>
/// <param name="Weight">Its share of the users is this over the sum of the weights of the variants that serve.</param>
/// <param name="Source"><c>model</c> or <c>trending</c>.</param>
/// <param name="Model">The model that answers; null for the one that serves without an experiment.</param>
/// <param name="Diversity">In place of the request's; null leaves it to the request.</param>
/// <param name="Shadow">True if it is computed and compared, but not served.</param>
public sealed record VariantSettings(string Name, double Weight, string Source, string? Model, double? Diversity, bool Shadow);

/// <summary>How an experiment stands.</summary>
/// <param name="Settings">As it is configured.</param>
/// <param name="ConfidenceLevel">Of all intervals, two-sided.</param>
/// <param name="SampleRatio">Whether users came in the proportion of the weights; null with one variant, and before 5 users are expected in each.</param>
/// <param name="Variants">Those that serve, as configured.</param>
public sealed record ExperimentOutcome(ExperimentSettings Settings, double ConfidenceLevel, SampleRatioCheck? SampleRatio, IReadOnlyList<VariantOutcome> Variants);

/// <param name="ChiSquare">Pearson's chi-square.</param>
/// <param name="DegreesOfFreedom">Variants less one.</param>
/// <param name="PValue">How likely a deviation at least as large is by chance.</param>
/// <param name="Mismatch">True: do not trust the comparisons; find out where users were lost.</param>
public sealed record SampleRatioCheck(double ChiSquare, int DegreesOfFreedom, double PValue, bool Mismatch);

/// <summary>What came of a variant.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Users">Users with any attributed feedback.</param>
/// <param name="Impressions">Items shown.</param>
/// <param name="Clicks">Shown items that were clicked.</param>
/// <param name="Purchases">Shown items that were bought.</param>
/// <param name="Converted">Users who bought one.</param>
/// <param name="ClickThrough">Clicks over impressions.</param>
/// <param name="Conversion">Converted users over users.</param>
/// <param name="Coverage">About which share of the catalogue was shown, 0 to 1.</param>
/// <param name="ClickThroughDifference">This less the first variant's; null for the first, and while either has fewer than 100 users or 5 clicks.</param>
/// <param name="ConversionDifference">This less the first variant's; null for the first.</param>
/// <param name="ByPosition">By position in the answer, from 1.</param>
/// <param name="ByModelVersion">By the model version that the answers rested on.</param>
public sealed record VariantOutcome(
    string Name, long Users, long Impressions, long Clicks, long Purchases, long Converted, Estimate? ClickThrough, Estimate? Conversion, double? Coverage,
    EstimatedDifference? ClickThroughDifference, EstimatedDifference? ConversionDifference,
    IReadOnlyList<PositionCounts> ByPosition, IReadOnlyList<ModelVersionCounts> ByModelVersion);

/// <param name="Value">The estimate.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
public sealed record Estimate(double Value, double Low, double High);

/// <param name="Value">This variant's less the first variant's.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
/// <param name="PValue">How likely a difference at least as large is where there is none.</param>
/// <param name="Significant">Whether it is one among all differences of the experiment, by Holm's procedure.</param>
public sealed record EstimatedDifference(double Value, double Low, double High, double PValue, bool Significant);

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

internal sealed record ExperimentList(IReadOnlyList<ExperimentSettings> Experiments);
