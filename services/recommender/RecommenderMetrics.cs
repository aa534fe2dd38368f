using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Driftline.Recommender;

/// <summary>This service's own instruments. User and item ids are never tags.</summary>
public sealed class RecommenderMetrics
{
    public const string MeterName = "Driftline.Recommender";

    private readonly Histogram<double> _freshness;
    private readonly Histogram<double> _eventAge;
    private readonly Histogram<double> _retrieval;
    private readonly Counter<long> _answers;
    private readonly UpDownCounter<long> _streams;

    public RecommenderMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _freshness = meter.CreateHistogram<double>("driftline.recommender.freshness", "s", "From the newest event's receipt by the ingestor to the moment when answers reflect it.");
        _eventAge = meter.CreateHistogram<double>("driftline.recommender.event_age", "s", "Since the receipt of the newest event that an answered recommendation reflects.");
        _retrieval = meter.CreateHistogram<double>("driftline.recommender.retrieval.duration", "s", "Search of the item vectors.");
        _answers = meter.CreateCounter<long>("driftline.recommender.answers", "{answer}", "Recommendations answered, by whether they were personal.");
        _streams = meter.CreateUpDownCounter<long>("driftline.recommender.streams", "{stream}", "Event streams open.");
    }

    internal void Applied(TimeSpan freshness) => _freshness.Record(freshness.TotalSeconds);

    internal void Retrieved(TimeSpan duration) => _retrieval.Record(duration.TotalSeconds);

    internal void Answered(bool personalised, TimeSpan? eventAge)
    {
        _answers.Add(1, new TagList { { "driftline.personalised", personalised } });
        if (eventAge is { } age) _eventAge.Record(age.TotalSeconds);
    }

    internal void StreamOpened() => _streams.Add(1);

    internal void StreamClosed() => _streams.Add(-1);
}
