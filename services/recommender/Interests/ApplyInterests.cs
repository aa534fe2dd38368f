using driftline.events;
using Driftline.Recommender.Experiments;
using Driftline.Streaming;

namespace Driftline.Recommender.Interests;

/// <summary>
/// Brings a batch of <c>interest.updates</c> into Redis: the newest record of each user, in topic order, overwrites what was there. A replay
/// writes the same values again.
/// </summary>
internal sealed class ApplyInterests(InterestStore store, FeedbackStore feedback, RecommenderMetrics metrics, TimeProvider time, ILogger<ApplyInterests> log)
    : IBatchHandler<InterestUpdated>
{
    public async Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<InterestUpdated>> batch, CancellationToken stopping)
    {
        var (outcomes, newest) = Coalesce(batch);
        if (newest.Count == 0) return outcomes;
        await store.WriteAsync([.. newest.Select(user => new InterestWrite(user.Key, user.Value.Value, user.Value.Bytes))]);
        await feedback.ForgetAsync(newest.Where(user => user.Value.Bytes is null).Select(user => user.Key));
        var now = time.GetUtcNow();
        var erasures = 0;
        foreach (var record in newest.Values)
        {
            if (record.Value is { } update) metrics.Applied(now - DateTimeOffset.FromUnixTimeMilliseconds(update.newestReceivedAt));
            else erasures++;
        }

        Log.Applied(log, newest.Count - erasures, erasures, batch.Count);
        return outcomes;
    }

    /// <summary>The newest acceptable record of each user, and each record's outcome.</summary>
    internal static (Outcome[] Outcomes, Dictionary<string, Received<InterestUpdated>> Newest) Coalesce(IReadOnlyList<Received<InterestUpdated>> batch)
    {
        var outcomes = new Outcome[batch.Count];
        var newest = new Dictionary<string, Received<InterestUpdated>>(StringComparer.Ordinal);
        for (var i = 0; i < batch.Count; i++)
        {
            var record = batch[i];
            if (Fault(record) is { } fault) outcomes[i] = Outcome.Rejected(fault);
            else newest[record.Key!] = record;
        }

        return (outcomes, newest);
    }

    private static string? Fault(Received<InterestUpdated> record)
    {
        if (string.IsNullOrEmpty(record.Key)) return "The key is empty: it must be the user id.";
        if (record.Value is not { } update) return null;
        if (update.userId != record.Key) return "userId differs from the record's key.";
        if (update.modelVersion.Length == 0) return "modelVersion is empty.";
        if (!float.IsFinite(update.drift)) return "drift is not finite.";
        if (update.interests.Any(interest => !float.IsFinite(interest.current) || !float.IsFinite(interest.next))) return "interests holds a share that is not finite.";
        if (update.rising.Concat(update.falling).Any(shift => !float.IsFinite(shift.delta))) return "rising or falling holds a delta that is not finite.";
        if (!update.boosts.All(boost => float.IsFinite(boost.boost))) return "boosts hold a number that is not finite.";
        return update.embedding.All(float.IsFinite) ? null : "embedding holds a number that is not finite.";
    }
}
