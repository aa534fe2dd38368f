using Driftline.InterestModel;
using Driftline.Sequences;

namespace Driftline.Bench.Predictor;

/// <summary>Made-up sequences of a model's own items: few items are frequent, events come in visits.</summary>
internal sealed class Shoppers(InterestPredictor predictor)
{
    private readonly string[] _items = [.. predictor.ItemVectors().Select(item => item.ItemId)];
    private readonly Random _random = new(1);
    private long _now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>L.</summary>
    public int Length => predictor.Manifest.Features.SequenceLength;

    /// <summary>A whole window.</summary>
    public SequenceEntry[] History()
    {
        var time = _now;
        var history = new SequenceEntry[Length];
        for (var i = Length - 1; i >= 0; i--)
        {
            history[i] = Entry(time);
            time -= _random.Next(12) == 0 ? _random.Next(4 * 86_400_000) : _random.Next(120_000);
        }

        return history;
    }

    /// <summary>One event more, of anybody.</summary>
    public SequenceEntry Next() => Entry(_now += 1);

    private SequenceEntry Entry(long time) =>
        new(time, (ulong)_random.NextInt64(), _random.Next(10) == 0 ? SequenceEventType.Purchase : SequenceEventType.Click, 1, 0, _items[(int)(_items.Length * Math.Pow(_random.NextDouble(), 2))]);
}
