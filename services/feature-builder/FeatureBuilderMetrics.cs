using System.Diagnostics.Metrics;

namespace Driftline.FeatureBuilder;

public sealed class FeatureBuilderMetrics
{
    public const string MeterName = "Driftline.FeatureBuilder";

    private readonly Histogram<double> _eventAge;
    private readonly Counter<long> _entries;
    private readonly Counter<long> _suppressed;

    public FeatureBuilderMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _eventAge = meter.CreateHistogram("driftline.feature_builder.event.age", "s", "From an event's receipt to its place in the sequence.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600] });
        _entries = meter.CreateCounter<long>("driftline.feature_builder.entries", "{entry}", "Sequence entries written; repeated writes count again.");
        _suppressed = meter.CreateCounter<long>("driftline.feature_builder.suppressed", "{event}", "Events left out because they are from before their user's erasure.");
    }

    /// <param name="ages">Of each user's newest event.</param>
    public void Written(int entries, IEnumerable<TimeSpan> ages)
    {
        _entries.Add(entries);
        foreach (var age in ages) _eventAge.Record(Math.Max(0, age.TotalSeconds));
    }

    public void Suppressed() => _suppressed.Add(1);
}
