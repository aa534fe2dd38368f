using Driftline.Sequences;

namespace Driftline.InterestModel;

public sealed partial class InterestPredictor
{
    private InterestPrediction[] Predict(Reading[] readings, long? asOf)
    {
        var predictions = new InterestPrediction[readings.Length];
        Answer(readings, (scratch, i, vector, logits, next, observed) =>
        {
            var events = readings[i].Window;
            var (current, forecast) = (observed.Slice(_halfLife * Categories.Count, Categories.Count).ToArray(), next.ToArray());
            var (rising, falling) = Drifts.Shifts(current, forecast, Categories);
            var drift = Drifts.JensenShannon(current, forecast);
            predictions[i] = new InterestPrediction(current, forecast, vector.ToArray(), Boosts(scratch, events, logits, vector), drift, rising, falling, Kind(scratch, events, current, drift, asOf));
        });
        return predictions;
    }

    private EncodedEvent[] Encode(IReadOnlyList<SequenceEntry> entries)
    {
        var events = new EncodedEvent[entries.Count];
        for (var i = 0; i < events.Length; i++) events[i] = Featuriser.Encode(entries[i], _rowOf);
        return events;
    }

    private DriftKind? Kind(Scratch scratch, ArraySegment<EncodedEvent> events, float[] current, float drift, long? asOf)
    {
        if (scratch.Population is not { } population || drift < DriftKinds.Floor) return null;
        var movement = population.Between(scratch.Observed.Weights(events, _featuriser.Settings.HalfLifeDays), asOf ?? events[^1].Time);
        return DriftKinds.Of(drift, DriftKinds.Moves(current, movement), population.Model.KnowsSeasons);
    }

    // The boosts of the items that they bring highest, and of all that they lower.
    private ItemBoost[] Boosts(Scratch scratch, ArraySegment<EncodedEvent> events, ReadOnlySpan<float> logits, ReadOnlySpan<float> vector)
    {
        var foremost = scratch.Foremost.Of(NewestFirst(events), logits, vector);
        var boosts = new ItemBoost[foremost.Count];
        for (var i = 0; i < boosts.Length; i++) boosts[i] = new ItemBoost(_items.IdOf(foremost[i].Item + ItemRows.First), foremost[i].Boost);
        return boosts;
    }

    private int[] NewestFirst(ArraySegment<EncodedEvent> events) => Blend.NewestFirst(events, _newcomers.End, _featuriser.Settings.SequenceLength);
}
