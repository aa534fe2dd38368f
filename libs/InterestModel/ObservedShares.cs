using System.Numerics.Tensors;
using Driftline.Sequences;

namespace Driftline.InterestModel;

/// <summary>
/// h_t, see <see cref="Featuriser.ObservedInterest"/>, at several half-lives at once, and after each of several events at the cost of one. Keeps its scratch memory: for one thread at a time.
/// </summary>
/// <param name="featuriser">Says what an event of a type counts.</param>
/// <param name="categories">C.</param>
/// <param name="categoryOfRow">The category of an item table's row; outside 0..C-1 is none.</param>
internal sealed class ObservedShares(Featuriser featuriser, int categories, Func<int, int> categoryOfRow)
{
    private const double MillisecondsPerDay = 86_400_000;

    // Below it nothing counts as observed, as in training.
    private const double Least = 1e-12;

    private readonly float[] _typeWeights = [.. Enumerable.Range(0, Featuriser.TypeValues).Select(type => type == 0 ? 0 : (float)featuriser.TypeWeight((SequenceEventType)type))];
    private readonly double[] _sums = new double[categories];
    private readonly List<(long Time, double Weight)> _counted = [];
    private float[] _days = [], _weights = [];

    /// <summary>After the newest event, at each half-life.</summary>
    /// <param name="events">Oldest first; all of them count.</param>
    /// <param name="halfLives">In days; infinite is none.</param>
    /// <param name="into">[half-lives, C]; all zeros where no event has a category.</param>
    public void AfterNewest(ReadOnlySpan<EncodedEvent> events, IReadOnlyList<double> halfLives, Span<float> into)
    {
        into.Clear();
        if (events.IsEmpty) return;
        var days = DaysBeforeNewest(events);
        for (var k = 0; k < halfLives.Count; k++)
        {
            var weights = Fade(days, halfLives[k]);
            var shares = into.Slice(k * categories, categories);
            var sum = 0.0;
            for (var i = 0; i < events.Length; i++)
            {
                var category = categoryOfRow(events[i].Item);
                if ((uint)category >= (uint)categories) continue;
                var weight = weights[i] * _typeWeights[(int)events[i].Type];
                shares[category] += weight;
                sum += weight;
            }

            TensorPrimitives.Multiply(shares, (float)(1 / Math.Max(sum, Least)), shares);
        }
    }

    /// <summary>After each of the newest events, over all events up to it.</summary>
    /// <param name="events">Oldest first.</param>
    /// <param name="newest">How many of them.</param>
    /// <param name="halfLife">In days.</param>
    /// <param name="into">[newest, C]; a row is all zeros where no event has a category.</param>
    public void AfterEach(ReadOnlySpan<EncodedEvent> events, int newest, double halfLife, Span<float> into)
    {
        Array.Clear(_sums);
        var sum = 0.0;
        for (var i = 0; i < events.Length; i++)
        {
            if (i > 0 && events[i].Time != events[i - 1].Time)
            {
                var fade = Math.Pow(2, (events[i - 1].Time - events[i].Time) / MillisecondsPerDay / halfLife);
                TensorPrimitives.Multiply(_sums, fade, _sums);
                sum *= fade;
            }

            var category = categoryOfRow(events[i].Item);
            if ((uint)category < (uint)categories)
            {
                _sums[category] += _typeWeights[(int)events[i].Type];
                sum += _typeWeights[(int)events[i].Type];
            }

            var row = i - (events.Length - newest);
            if (row >= 0) Write(sum, into.Slice(row * categories, categories));
        }
    }

    /// <summary>The time of each event that has a category, in milliseconds, and what it counts after the newest.</summary>
    /// <returns>Changes with the next call.</returns>
    public IReadOnlyList<(long Time, double Weight)> Weights(ReadOnlySpan<EncodedEvent> events, double halfLife)
    {
        _counted.Clear();
        var weights = Fade(DaysBeforeNewest(events), halfLife);
        for (var i = 0; i < events.Length; i++)
        {
            if ((uint)categoryOfRow(events[i].Item) < (uint)categories) _counted.Add((events[i].Time, weights[i] * _typeWeights[(int)events[i].Type]));
        }

        return _counted;
    }

    private Span<float> DaysBeforeNewest(ReadOnlySpan<EncodedEvent> events)
    {
        if (_days.Length < events.Length) (_days, _weights) = (new float[2 * events.Length], new float[2 * events.Length]);
        for (var i = 0; i < events.Length; i++) _days[i] = (float)((events[i].Time - events[^1].Time) / MillisecondsPerDay);
        return _days.AsSpan(0, events.Length);
    }

    private Span<float> Fade(ReadOnlySpan<float> days, double halfLife)
    {
        var weights = _weights.AsSpan(0, days.Length);
        TensorPrimitives.Multiply(days, (float)(1 / halfLife), weights);
        TensorPrimitives.Exp2(weights, weights);
        return weights;
    }

    private void Write(double sum, Span<float> row)
    {
        var scale = 1 / Math.Max(sum, Least);
        for (var c = 0; c < row.Length; c++) row[c] = (float)(_sums[c] * scale);
    }
}
