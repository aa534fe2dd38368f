using Driftline.InterestModel;

namespace Driftline.Predictor;

/// <summary>
/// What the served model meets and says, against what it was trained on: the categories of users' sequences (features) and of their
/// predicted interest (predictions). It begins anew with each model. Thread-safe.
/// </summary>
public sealed class ModelShift
{
    private readonly Lock _lock = new();
    private string? _version;
    private PopulationShift? _features;
    private PopulationShift? _predictions;

    public void Add(string version, IReadOnlyList<float>? trainingShare, IReadOnlyList<InterestPrediction> predictions)
    {
        lock (_lock)
        {
            if (version != _version)
            {
                (_features, _predictions) = trainingShare is null ? (null, null) : (new PopulationShift(trainingShare), new PopulationShift(trainingShare));
                _version = version;
            }

            foreach (var prediction in predictions)
            {
                _features?.Add(prediction.Current);
                _predictions?.Add(prediction.Next);
            }
        }
    }

    /// <summary>Population stability indices; null where too few users have been seen, or the model does not know its training population.</summary>
    public (double? Features, double? Predictions) Index()
    {
        lock (_lock) return (_features?.Index(), _predictions?.Index());
    }
}
