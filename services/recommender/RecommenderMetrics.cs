using System.Diagnostics;
using System.Diagnostics.Metrics;
using Driftline.Recommender.Api;
using Driftline.Recommender.Retrieval;

namespace Driftline.Recommender;

/// <summary>This service's own instruments. User and item ids are never tags.</summary>
internal sealed class RecommenderMetrics
{
    public const string MeterName = "Driftline.Recommender";

    private static readonly InstrumentAdvice<double> Ages = new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600, 86_400] };

    private readonly Histogram<double> _freshness;
    private readonly Histogram<double> _eventAge;
    private readonly Histogram<double> _retrieval;
    private readonly Counter<long> _answers;
    private readonly UpDownCounter<long> _streams;

    private readonly Counter<long> _items;
    private readonly Coverage _coverage;

    public RecommenderMetrics(IMeterFactory meters, Coverage coverage)
    {
        _coverage = coverage;
        var meter = meters.Create(MeterName);
        _freshness = meter.CreateHistogram("driftline.recommender.freshness", "s", "From the newest event's receipt by the ingestor to the moment when answers reflect it.", advice: Ages);
        _eventAge = meter.CreateHistogram("driftline.recommender.event_age", "s", "Since the receipt of the newest event that an answered recommendation reflects.", advice: Ages);
        _retrieval = meter.CreateHistogram("driftline.recommender.retrieval.duration", "s", "Search of the item vectors.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25] });
        _answers = meter.CreateCounter<long>("driftline.recommender.answers", "{answer}", "Recommendations answered, by whether they were personal.");
        _streams = meter.CreateUpDownCounter<long>("driftline.recommender.streams", "{stream}", "Event streams open.");
        _items = meter.CreateCounter<long>("driftline.recommender.items", "{item}", "Items in answers, by what chose them.");
        meter.CreateObservableGauge("driftline.recommender.catalog.items", () => coverage.Catalogue, "{item}", "Items of the catalogue.");
        meter.CreateObservableGauge("driftline.recommender.coverage", coverage.Share, "1", "Share of the catalogue's items that this replica has recommended in the last hour.");
    }

    internal void Applied(TimeSpan freshness) => _freshness.Record(freshness.TotalSeconds);

    internal void Retrieved(TimeSpan duration) => _retrieval.Record(duration.TotalSeconds);

    internal void Answered(bool personalised, TimeSpan? eventAge)
    {
        _answers.Add(1, new TagList { { "driftline.personalised", personalised } });
        if (eventAge is { } age) _eventAge.Record(age.TotalSeconds);
    }

    internal void Shown(IReadOnlyList<RecommendedItem> items)
    {
        _coverage.Shown(items.Select(item => item.ItemId));
        foreach (var source in items.GroupBy(item => item.Source)) _items.Add(source.Count(), new TagList { { "driftline.source", source.Key } });
    }

    internal void StreamOpened() => _streams.Add(1);

    internal void StreamClosed() => _streams.Add(-1);
}
