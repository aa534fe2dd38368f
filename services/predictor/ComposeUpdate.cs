using System.Diagnostics;
using driftline.events;
using Driftline.InterestModel;
using Driftline.Sequences;
using Driftline.Streaming;
using DriftKind = Driftline.InterestModel.DriftKind;
using PublishedBoost = driftline.events.ItemBoost;
using PublishedKind = driftline.events.DriftKind;
using PublishedShift = driftline.events.CategoryShift;

namespace Driftline.Predictor;

/// <summary>A prediction as the published record: shares and shifts by the names of their categories (docs/adr/0004).</summary>
internal static class ComposeUpdate
{
    /// <summary>Categories below this share in both distributions are left out.</summary>
    private const float MinShare = 0.001f;

    /// <param name="trigger">What asked for the prediction.</param>
    /// <param name="cause">The trace that the trigger goes on in.</param>
    /// <param name="sequence">What it was computed from.</param>
    /// <param name="maxShifts">Most rising, and most falling, categories.</param>
    public static InterestUpdated From(
        SequenceUpdated trigger, SequenceReading sequence, InterestPrediction prediction, string version, IReadOnlyList<string> categories, int maxShifts, ActivityContext cause, DateTimeOffset now) => new()
        {
            userId = trigger.userId,
            modelVersion = version,
            computedAt = now.ToUnixTimeMilliseconds(),
            newestEventTime = sequence.NewestEventTime,
            newestReceivedAt = trigger.newestReceivedAt,
            sequenceLength = sequence.Length,
            sequenceDigest = sequence.Digest,
            interests = Interests(prediction, categories),
            drift = prediction.Drift,
            driftKind = prediction.Kind switch
            {
                null => null,
                DriftKind.Seasonal => PublishedKind.SEASONAL,
                DriftKind.Trend => PublishedKind.TREND,
                DriftKind.Personal => PublishedKind.PERSONAL,
                _ => PublishedKind.UNKNOWN,
            },
            rising = Shifts(prediction.Rising, maxShifts),
            falling = Shifts(prediction.Falling, maxShifts),
            embedding = prediction.Embedding,
            traceparent = cause.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? TraceHeaders.Format(cause) : null,
            boosts = [.. prediction.Boosts.Select(boost => new PublishedBoost { itemId = boost.ItemId, boost = boost.Boost })],
        };

    private static List<CategoryInterest> Interests(InterestPrediction prediction, IReadOnlyList<string> categories)
    {
        var interests = new List<CategoryInterest>(categories.Count);
        for (var c = 0; c < categories.Count; c++)
        {
            if (Math.Max(prediction.Current[c], prediction.Next[c]) < MinShare) continue;
            interests.Add(new CategoryInterest { category = categories[c], current = prediction.Current[c], next = prediction.Next[c] });
        }

        interests.Sort((a, b) => b.next.CompareTo(a.next));
        return interests;
    }

    private static List<PublishedShift> Shifts(IReadOnlyList<InterestModel.CategoryShift> shifts, int max) =>
        [.. shifts.Take(max).Select(shift => new PublishedShift { category = shift.Category, delta = shift.Delta })];
}
