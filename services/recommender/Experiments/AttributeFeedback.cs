using driftline.events;
using Driftline.Hosting;
using Driftline.Recommender.Retrieval;
using Driftline.Sequences;
using Driftline.Streaming;

namespace Driftline.Recommender.Experiments;

/// <summary>
/// Brings impressions, clicks and purchases of <c>storefront.events</c> to the variants that led to them. One consumer group over all replicas: an event
/// is counted by one of them, in state that all share. What other stages reject, and events from before an erasure of their user, are passed over here without a second dead letter;
/// so is what a session did that is a user's by now: its own key, which tells what was counted, goes with each move.
/// </summary>
internal sealed class AttributeFeedback(
    FeedbackStore store, ErasedUsers erased, SessionLinks links, AssignVariant assign, VectorTable vectors, VectorsRead read, ExperimentMetrics metrics, TimeProvider time, ILogger<AttributeFeedback> log)
    : IBatchHandler<StorefrontEvent>
{
    /// <summary>Stands for versions that this service has never seen, so that forged tokens cannot make the totals grow.</summary>
    internal const string UnknownVersion = "unknown";

    public async Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<StorefrontEvent>> batch, CancellationToken stopping)
    {
        await read.Done.WaitAsync(stopping); // until then this replica knows no version
        var marks = erased.MarksOf(batch.Select(record => record.Key).OfType<string>());
        string[] sessions = [.. batch.Select(record => record.Key).OfType<string>().Where(user => AnonymousUsers.SessionOf(user) is not null).Distinct(StringComparer.Ordinal)];
        var (known, merged) = (await marks.ReadAsync(), await MergedAsync(sessions));
        var users = batch
            .Where(record => record.Value is { userId.Length: > 0 } happened && happened.userId == record.Key && !merged.Contains(record.Key) && !IsErased(happened, known))
            .GroupBy(record => record.Key!, StringComparer.Ordinal)
            .Select(user => new UserEvents(user.Key, [.. user.Select(record => Read(record.Value!)).OfType<FeedbackEvent>()]))
            .Where(user => user.Events.Count > 0)
            .ToList();
        var (counted, changes) = await store.CountAsync(users);
        // Again, after the write: this batch, or an attempt at it that was broken off, may have written of users who are erased by now, or sessions that were merged.
        await Task.WhenAll((await marks.ReadAsync()).Select(user => store.ForgetBeforeAsync(user.Key, user.Value)));
        await store.ForgetAsync(await MergedAsync(sessions));
        Record(counted, changes);
        Log.FeedbackCounted(log, counted.Count, batch.Count);
        return new Outcome[batch.Count];
    }

    private async Task<HashSet<string>> MergedAsync(string[] sessions) =>
        sessions.Zip(await links.OwnersAsync(sessions)).Where(session => session.Second is not null).Select(session => session.First).ToHashSet(StringComparer.Ordinal);

    private static bool IsErased(StorefrontEvent happened, IReadOnlyDictionary<string, long> marks) =>
        marks.TryGetValue(happened.userId, out var erasedAt) && Math.Min(happened.eventTime, happened.receivedAt) <= erasedAt;

    /// <summary>Null for what attribution has no use for.</summary>
    internal FeedbackEvent? Read(StorefrontEvent happened)
    {
        var (kind, items) = happened.payload switch
        {
            Impression impression => (FeedbackKind.Impression, impression.items),
            Click click => (FeedbackKind.Click, click.items),
            Purchase purchase => (FeedbackKind.Purchase, purchase.items),
            _ => (FeedbackKind.None, []),
        };
        if (kind == FeedbackKind.None || !EventTimes.AreSound(happened, time)) return null;
        return new FeedbackEvent(FeedbackEvent.Hash(happened.eventId), happened.eventTime, happened.receivedAt, kind, [.. items.Select(item => item.itemId)], TokenOf(happened));
    }

    /// <summary>
    /// A token counts only for a user whom the present configuration gives the same variant. A link that one shopper sent another, a token from before a login
    /// and one from before the weights were changed would else put one user into two variants.
    /// </summary>
    private AttributionToken? TokenOf(StorefrontEvent happened)
    {
        if (happened.attributionToken is not { Length: > 0 } text || !AttributionToken.TryParse(text, out var token)) return null;
        if (assign.Of(happened.userId) is not { } assigned || assigned.Experiment.Name != token.Experiment || assigned.Variant.Name != token.Variant) return null;
        return token.ModelVersion.Length == 0 || vectors.IndexOf(token.ModelVersion) is not null ? token : token with { ModelVersion = UnknownVersion };
    }

    private void Record(IReadOnlyList<Counted> counted, IReadOnlyDictionary<string, long> changes)
    {
        foreach (var kind in counted.GroupBy(one => (one.Variant, one.Kind)))
            metrics.Feedback(kind.Key.Variant, kind.Key.Kind switch { FeedbackKind.Impression => "impression", FeedbackKind.Click => "click", _ => "purchase" }, kind.Count());
        var totals = new Dictionary<VariantKey, FeedbackTotals>();
        foreach (var (field, change) in changes) FeedbackFields.Read(totals, field, change);
        foreach (var (variant, sums) in totals)
        {
            metrics.Feedback(variant, "user", sums.Users);
            metrics.Feedback(variant, "conversion", sums.Converted);
        }
    }
}
