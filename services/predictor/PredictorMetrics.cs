using System.Diagnostics;
using System.Diagnostics.Metrics;
using Driftline.InterestModel;

namespace Driftline.Predictor;

/// <summary>This service's own instruments. User and item ids are never tags.</summary>
public sealed class PredictorMetrics
{
    public const string MeterName = "Driftline.Predictor";

    private static readonly InstrumentAdvice<double> Shares = new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] };

    private readonly Histogram<int> _batchUsers;
    private readonly Histogram<double> _forward;
    private readonly Histogram<double> _eventAge;
    private readonly Histogram<double> _drift;
    private readonly Histogram<double> _confidence;
    private readonly Counter<long> _coalesced;
    private readonly Counter<double> _busy;
    private readonly Counter<long> _read;
    private readonly Counter<long> _loads;

    public PredictorMetrics(IMeterFactory meters, ServingModel serving, Releases releases, ModelShift shift, CarriedUsers carried, TimeProvider time)
    {
        var meter = meters.Create(MeterName);
        _batchUsers = meter.CreateHistogram("driftline.predictor.batch.users", "{user}", "Users in one batch of triggers, after coalescing.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000] });
        _forward = meter.CreateHistogram("driftline.predictor.forward.duration", "s", "Featurising and running the users of one batch.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
        _eventAge = meter.CreateHistogram("driftline.predictor.event.age", "s", "From an event's receipt to the acknowledged interest update.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600] });
        _drift = meter.CreateHistogram("driftline.predictor.drift", "1", "Jensen-Shannon divergence of current and next interest.", advice: Shares);
        _confidence = meter.CreateHistogram("driftline.predictor.confidence", "1", "Predicted share of a user's strongest category.", advice: Shares);
        _coalesced = meter.CreateCounter<long>("driftline.predictor.coalesced", "{message}", "Triggers answered by a newer trigger of the same user in the batch.");
        _busy = meter.CreateCounter<double>("driftline.predictor.busy", "s", "Time that the model has worked; its rate is the busy share of the device.");
        _read = meter.CreateCounter<long>("driftline.predictor.sequences", "{user}", "Users predicted for, by what was read of their sequences: what was appended, or the whole.");
        meter.CreateObservableGauge("driftline.predictor.carried", () => carried.Size, "By", "Memory of what is kept of users between their updates, about.");
        _loads = meter.CreateCounter<long>("driftline.predictor.model.loads", "{release}", "Releases taken up, by whether they serve.");
        meter.CreateObservableGauge("driftline.predictor.model.loaded", () => Served(serving, model => model.LoadedAt.ToUnixTimeSeconds()), "s", "When the served model was taken up, in seconds since the Unix epoch.");
        meter.CreateObservableGauge("driftline.predictor.model.age", () => Served(serving, model => (time.GetUtcNow() - model.CreatedAt).TotalSeconds), "s", "Since the served model was trained.");
        meter.CreateObservableGauge("driftline.predictor.release.waiting", () => releases.Newest is { } newest && newest.version != serving.Version ? 1 : 0, "1", "1 while the newest release is not the served model.");
        meter.CreateObservableGauge("driftline.predictor.feature.psi", () => Known(shift.Index().Features), "1", "Population stability index of the categories in users' sequences against training.");
        meter.CreateObservableGauge("driftline.predictor.prediction.psi", () => Known(shift.Index().Predictions), "1", "Population stability index of predicted interest against training.");
    }

    public void Batch(int triggers, int users, TimeSpan forward)
    {
        _batchUsers.Record(users);
        _coalesced.Add(triggers - users);
        _forward.Record(forward.TotalSeconds);
    }

    /// <param name="work"><c>predict</c> or <c>encode</c>.</param>
    /// <param name="device">Such as <c>cpu</c> or <c>cuda:0</c>.</param>
    public void Busy(string work, string device, TimeSpan duration) => _busy.Add(duration.TotalSeconds, new TagList { { "driftline.work", work }, { "driftline.device", device } });

    public void Read(int appended, int whole)
    {
        if (appended > 0) _read.Add(appended, new TagList { { "driftline.read", "appended" } });
        if (whole > 0) _read.Add(whole, new TagList { { "driftline.read", "whole" } });
    }

    public void Predicted(InterestPrediction prediction)
    {
        _drift.Record(prediction.Drift, new TagList { { "driftline.drift.kind", prediction.Kind?.ToString().ToLowerInvariant() ?? "none" } });
        _confidence.Record(prediction.Next.Max());
    }

    public void Published(TimeSpan eventAge) => _eventAge.Record(Math.Max(0, eventAge.TotalSeconds));

    public void Loaded(bool serves) => _loads.Add(1, new TagList { { "result", serves ? "served" : "refused" } });

    private static IEnumerable<Measurement<T>> Served<T>(ServingModel serving, Func<ServedModel, T> value) where T : struct =>
        serving.Served is { } model ? [new Measurement<T>(value(model), new KeyValuePair<string, object?>("driftline.model.version", model.Version))] : [];

    private static IEnumerable<Measurement<double>> Known(double? value) => value is { } known ? [new Measurement<double>(known)] : [];
}
