using driftline.events;
using Driftline.Hosting;
using Driftline.Recommender.Experiments;
using Driftline.Streaming;

namespace Driftline.Recommender.Interests;

/// <summary>
/// Brings a batch of <c>interest.updates</c> into Redis: the newest record of each user, in topic order, overwrites what was there. A replay
/// writes the same values again. A tombstone erases all that this service holds of the user, also where newer interests follow it in the same batch.
/// </summary>
internal sealed class ApplyInterests(
    InterestStore store, ChallengerStore challengers, FeedbackStore feedback, ErasedUsers erased, ErasureProgress progress, RecommenderMetrics metrics, TimeProvider time, ILogger<ApplyInterests> log)
    : IBatchHandler<InterestUpdated>
{
    public async Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<InterestUpdated>> batch, CancellationToken stopping)
    {
        var (outcomes, newest) = Coalesce(batch);
        if (newest.Count == 0) return outcomes;
        List<Received<InterestUpdated>> tombstones = [.. batch.Where((record, i) => record.Bytes is null && !outcomes[i].IsRejected)];
        // Without an erasure's id it is a session that was merged, as with each login, or a user whose erasure has been here.
        await EraseAsync(tombstones.GroupBy(record => record.Key!, StringComparer.Ordinal).ToDictionary(user => user.Key, user => user.Any(record => CloudEvent.SubjectOf(record.Headers) is not null), StringComparer.Ordinal));
        var updates = newest.Where(user => user.Value.Bytes is not null).ToArray();
        if (updates.Length > 0) await WriteAsync(updates);
        if (tombstones.Count > 0) await progress.CompleteAsync(ErasureProgress.Recommender, tombstones.Select(record => CloudEvent.SubjectOf(record.Headers)).OfType<string>());
        var now = time.GetUtcNow();
        foreach (var (_, record) in updates) metrics.Applied(now - DateTimeOffset.FromUnixTimeMilliseconds(record.Value!.newestReceivedAt));
        Log.Applied(log, updates.Length, tombstones.Count, batch.Count);
        return outcomes;
    }

    /// <param name="users">With whether all that earlier writes may have left behind goes too.</param>
    private async Task EraseAsync(Dictionary<string, bool> users)
    {
        if (users.Count == 0) return;
        await store.WriteAsync([.. users.Select(user => new InterestWrite(user.Key, null, null, user.Value))]);
        await challengers.ForgetAsync(users.Keys);
        await feedback.ForgetAsync(users.Keys);
    }

    /// <summary>
    /// Writes, and looks at the marks of erased users after it: a replica that stood still may write what another has erased meanwhile. Interests are from before an
    /// erasure if the newest event that they reflect was received before it.
    /// </summary>
    private async Task WriteAsync(IReadOnlyCollection<KeyValuePair<string, Received<InterestUpdated>>> updates)
    {
        await store.WriteAsync([.. updates.Select(user => new InterestWrite(user.Key, user.Value.Value, user.Value.Bytes))]);
        var marks = await erased.MarksOf(updates.Select(user => user.Key)).ReadAsync();
        await EraseAsync(updates.Where(user => marks.TryGetValue(user.Key, out var erasedAt) && user.Value.Value!.newestReceivedAt < erasedAt).ToDictionary(user => user.Key, _ => true, StringComparer.Ordinal));
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
