using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Driftline.Recommender.Api;
using Driftline.Recommender.Retrieval;

namespace Driftline.Recommender.Experiments;

/// <summary>
/// Instruments by experiment and variant. Click-through is clicks over impressions and conversion is converted users over users: both of
/// <c>driftline.recommender.variant.feedback</c>.
/// </summary>
internal sealed class ExperimentMetrics
{
    private static readonly InstrumentAdvice<double> Shares = new() { HistogramBucketBoundaries = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] };
    private static readonly InstrumentAdvice<double> Durations = new() { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25] };

    private readonly ConcurrentDictionary<(string Experiment, string Variant), Coverage> _coverage = new();
    private readonly CatalogTable _catalog;
    private readonly TimeProvider _time;
    private readonly Counter<long> _answers;
    private readonly Counter<long> _feedback;
    private readonly Counter<long> _leftOut;
    private readonly Histogram<double> _overlap;
    private readonly Histogram<double> _shadow;

    public ExperimentMetrics(IMeterFactory meters, CatalogTable catalog, TimeProvider time)
    {
        (_catalog, _time) = (catalog, time);
        var meter = meters.Create(RecommenderMetrics.MeterName);
        _answers = meter.CreateCounter<long>("driftline.recommender.variant.answers", "{answer}", "Recommendations answered in an experiment.");
        _feedback = meter.CreateCounter<long>("driftline.recommender.variant.feedback", "{event}", "Attributed impressions, clicks and purchases of shown items; users when first seen and when first converted.");
        meter.CreateObservableGauge<double>("driftline.recommender.variant.coverage", Coverages, "1", "Share of the catalogue's items that this replica has recommended under the variant in the last hour.");
        _overlap = meter.CreateHistogram("driftline.recommender.shadow.overlap", "1", "Share of the served items that the shadow has too.", advice: Shares);
        _shadow = meter.CreateHistogram("driftline.recommender.shadow.duration", "s", "Computing a shadow's answer.", advice: Durations);
        _leftOut = meter.CreateCounter<long>("driftline.recommender.shadow.left_out", "{answer}", "Answers that a shadow did not compute, because too many were waiting.");
    }

    internal void Shown(Assignment assigned, IReadOnlyList<RecommendedItem> items)
    {
        _answers.Add(1, Tags(assigned));
        _coverage.GetOrAdd((assigned.Experiment.Name, assigned.Variant.Name), _ => new Coverage(_catalog, _time)).Shown(items.Select(item => item.ItemId));
    }

    internal void Feedback(VariantKey variant, string kind, long count)
    {
        if (count > 0) _feedback.Add(count, new TagList { { "driftline.experiment", variant.Experiment }, { "driftline.variant", variant.Variant }, { "driftline.feedback", kind } });
    }

    internal void ShadowAnswered(Assignment shadow, TimeSpan duration, double? overlap)
    {
        _shadow.Record(duration.TotalSeconds, Tags(shadow));
        if (overlap is { } share) _overlap.Record(share, Tags(shadow));
    }

    internal void ShadowLeftOut(Assignment shadow) => _leftOut.Add(1, Tags(shadow));

    private IEnumerable<Measurement<double>> Coverages() => _coverage.Select(one => new Measurement<double>(
        one.Value.Share(), new KeyValuePair<string, object?>("driftline.experiment", one.Key.Experiment), new KeyValuePair<string, object?>("driftline.variant", one.Key.Variant)));

    private static TagList Tags(Assignment assigned) => new() { { "driftline.experiment", assigned.Experiment.Name }, { "driftline.variant", assigned.Variant.Name } };
}
