using Driftline.Catalog;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>What the category head learns: the distribution over categories of the events that follow, type-weighted, within training.</summary>
public sealed class HorizonTargets(Vocabulary vocabulary, Featuriser featuriser, double days, int sparseEvents)
{
    private readonly long _milliseconds = (long)(days * 86_400_000);

    /// <summary>Writes the distribution after an event; all zeros where there is nothing to learn from.</summary>
    /// <param name="user">Whose events.</param>
    /// <param name="position">Index of the event.</param>
    /// <param name="target">C long; overwritten.</param>
    public void Write(UserHistory user, int position, Span<float> target)
    {
        target.Clear();
        var events = user.Events.AsSpan(0, user.TrainingEvents);
        var end = position + 1;
        while (end < events.Length && events[end].Time <= events[position].Time + _milliseconds) end++;
        if (end == position + 1) end = Math.Min(events.Length, end + sparseEvents);
        float sum = 0;
        foreach (var e in events[(position + 1)..end])
        {
            var weight = (float)featuriser.TypeWeight(e.Type);
            target[vocabulary.CategoryOf(e.Item - ItemRows.First)] += weight;
            sum += weight;
        }

        if (sum <= 0) return;
        foreach (ref var share in target) share /= sum;
    }
}
