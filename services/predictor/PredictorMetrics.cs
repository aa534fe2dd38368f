using System.Diagnostics.Metrics;

namespace Driftline.Predictor;

public sealed class PredictorMetrics
{
    public const string MeterName = "Driftline.Predictor";

    private readonly Histogram<int> _batchUsers;
    private readonly Histogram<double> _forward;
    private readonly Histogram<double> _drift;
    private readonly Counter<long> _coalesced;

    public PredictorMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _batchUsers = meter.CreateHistogram<int>("driftline.predictor.batch.users", "{user}", "Users in one batch of triggers, after coalescing.");
        _forward = meter.CreateHistogram<double>("driftline.predictor.forward.duration", "s", "Featurising and running the users of one batch.");
        _drift = meter.CreateHistogram<double>("driftline.predictor.drift", "1", "Jensen-Shannon divergence of current and next interest.");
        _coalesced = meter.CreateCounter<long>("driftline.predictor.coalesced", "{message}", "Triggers answered by a newer trigger of the same user in the batch.");
    }

    public void Predicted(int triggers, int users, TimeSpan forward)
    {
        _batchUsers.Record(users);
        _coalesced.Add(triggers - users);
        _forward.Record(forward.TotalSeconds);
    }

    public void Drift(float drift) => _drift.Record(drift);
}
