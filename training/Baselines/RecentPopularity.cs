using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>Ranks by training events of the seven days before the question; equals by all training events.</summary>
public sealed class RecentPopularity : IItemRanker
{
    private const long Window = 7 * 86_400_000L;

    private readonly (long Time, int Item)[] _events;
    private readonly float[] _counts, _overall;
    private int _from, _to; // events [_from, _to) are counted

    public RecentPopularity(TrainingData data)
    {
        _events = [.. data.Users.SelectMany(user => user.Events.Take(user.TrainingEvents)).Select(e => (e.Time, e.Item - ItemRows.First)).Order()];
        _counts = new float[data.Items.Count];
        _overall = TieBreak.ByPopularity(data, 1);
    }

    public string Name => "popularity of 7 days";

    public void Score(IReadOnlyList<EvaluationCase> cases, Span<float> scores)
    {
        for (var i = 0; i < cases.Count; i++)
        {
            MoveTo(cases[i].AsOf);
            var row = scores.Slice(i * _counts.Length, _counts.Length);
            for (var item = 0; item < row.Length; item++) row[item] = _counts[item] + _overall[item];
        }
    }

    // Both ends move to where they belong, one event at a time: the window holds events of (asOf - 7 days, asOf].
    private void MoveTo(long asOf)
    {
        while (_to < _events.Length && _events[_to].Time <= asOf) _counts[_events[_to++].Item]++;
        while (_to > _from && _events[_to - 1].Time > asOf) _counts[_events[--_to].Item]--;
        while (_from < _to && _events[_from].Time <= asOf - Window) _counts[_events[_from++].Item]--;
        if (_to == _from)
        {
            // Empty after a jump back: both ends restart at the same event.
            while (_to > 0 && _events[_to - 1].Time > asOf) _to--;
            _from = _to;
        }

        while (_from > 0 && _events[_from - 1].Time > asOf - Window) _counts[_events[--_from].Item]++;
    }
}

/// <summary>What orders items that a baseline knows nothing about.</summary>
internal static class TieBreak
{
    /// <summary>Each item's share of the most popular item's training events, less than <paramref name="below"/>.</summary>
    public static float[] ByPopularity(TrainingData data, float below)
    {
        var most = data.TrainingCounts.Max() + 1f;
        return [.. data.TrainingCounts.Select(count => below * count / most)];
    }
}
