using Driftline.Sequences;

namespace Driftline.InterestModel;

/// <summary>A user to predict for.</summary>
/// <param name="Entries">Oldest first: all of them, or those that were appended since <paramref name="After"/>.</param>
/// <param name="Attributes">Name to value; null where none are known.</param>
/// <param name="After">What the last prediction left, see <see cref="InterestPredictor.Continues"/>; null to read the whole sequence.</param>
/// <param name="Length">Entries of the whole sequence, where <paramref name="After"/> is given: those before these have left it.</param>
public readonly record struct UserToPredict(IReadOnlyList<SequenceEntry> Entries, IReadOnlyDictionary<string, string>? Attributes = null, CarriedState? After = null, int Length = int.MaxValue);

public sealed partial class InterestPredictor
{
    /// <summary>Whether the encoder can go on from where it stood.</summary>
    public bool CarriesState => _model.Network.StateSize > 0;

    /// <summary>
    /// Whether a prediction can go on from a state and be what the whole sequence gives: the state is this predictor's, the user's attributes and
    /// the items of their events are what they were, and the encoder has not read more than twice the events of a whole sequence. Up to the model's
    /// sequence length the two are equal but for rounding; beyond it the encoder still remembers events that a whole sequence would begin after.
    /// </summary>
    /// <param name="appended">Events since.</param>
    public bool Continues(CarriedState state, int appended, IReadOnlyDictionary<string, string>? attributes)
    {
        var most = _featuriser.Settings.SequenceLength;
        if (state.Owner != _identity || appended >= most || state.Read + appended > 2 * most || !state.Attributes.AsSpan().SequenceEqual(_attributes.Encode(attributes))) return false;
        if (state.Items == _items.Version) return true;
        if (state.HoldsUnknown && state.Items < _items.Grown) return false;
        foreach (var e in state.Events)
        {
            if (_items.ChangedAt(e.Item) > state.Items) return false;
        }

        state.Items = _items.Version;
        return true;
    }

    /// <summary>Predicts for users, from what the last predictions left where there is such.</summary>
    /// <returns>In the order given: the prediction, and what to go on from next time (the given state, changed); null where the encoder cannot, or there is no event.</returns>
    /// <exception cref="ArgumentException">A state is given from which the prediction cannot go on. None is changed; after any other error none is to be used again.</exception>
    public IReadOnlyList<(InterestPrediction Prediction, CarriedState? State)> Predict(IReadOnlyList<UserToPredict> users)
    {
        foreach (var user in users)
        {
            if (user.After is { } after && !Continues(after, user.Entries.Count, user.Attributes))
                throw new ArgumentException("A prediction cannot go on from this state: give the whole sequence.", nameof(users));
        }

        var readings = new Reading[users.Count];
        for (var i = 0; i < readings.Length; i++) readings[i] = ToRead(users[i]);
        var predictions = Predict(readings, asOf: null);
        return Array.ConvertAll(Enumerable.Range(0, readings.Length).ToArray(), i => (predictions[i], readings[i].Carried));
    }

    private Reading ToRead(UserToPredict user)
    {
        var events = Encode(user.Entries);
        if (user.After is { } after)
        {
            after.Append(events, Math.Min(user.Length, _featuriser.Settings.SequenceLength));
            return new Reading(after.Events, events.Length, after.Attributes, after);
        }

        var whole = Reading.Whole(_featuriser.Window(events), _attributes.Encode(user.Attributes));
        if (!CarriesState || whole.ToRead == 0) return whole;
        var state = new CarriedState(_identity, whole.Window, whole.Attributes, _items.Version);
        return whole with { Window = state.Events, Carried = state };
    }
}
