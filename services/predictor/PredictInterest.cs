using System.Diagnostics;
using driftline.events;
using Driftline.Schemas;
using Driftline.Sequences;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

namespace Driftline.Predictor;

/// <summary>
/// Triggers in, one InterestUpdated per user out. Of a user's triggers only the newest counts, since each makes the predictor read the whole
/// sequence again: work is bounded by the users who were active, not by their events.
/// </summary>
public sealed class PredictInterest(
    SequenceStore sequences, ServingModel model, RecordProducer producer, PredictorMetrics metrics, IOptions<PredictorOptions> options, TimeProvider time)
    : IBatchHandler<SequenceUpdated>
{
    public async Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<SequenceUpdated>> batch, CancellationToken stopping)
    {
        var outcomes = new Outcome[batch.Count];
        var users = NewestOfEachUser(batch, outcomes);
        var stored = await sequences.ReadAsync(Array.ConvertAll(users, user => user.Key));
        var started = Stopwatch.GetTimestamp();
        var (version, categories, predictions) = await model.UseAsync(
            current => (current.Version, current.Categories, current.Predict(Array.ConvertAll(stored, sequence => sequence.Entries))), stopping);
        metrics.Predicted(batch.Count, users.Length, Stopwatch.GetElapsedTime(started));

        var sends = new List<Task>(users.Length);
        for (var i = 0; i < users.Length; i++)
        {
            if (stored[i].Entries.Count == 0) continue; // erased or expired since the trigger
            var update = ComposeUpdate.From(users[i].Value.Value!, stored[i], predictions[i], version, categories, options.Value.MaxShifts, time.GetUtcNow());
            metrics.Drift(update.drift);
            sends.Add(producer.SendAsync(
                Topics.InterestUpdates.Name, update.userId, update,
                new CloudEvent(Guid.CreateVersion7().ToString(), "/driftline/predictor", "driftline.interest.updated", time.GetUtcNow()),
                TraceHeaders.Extract(users[i].Value.Headers)));
        }

        await Task.WhenAll(sends);
        return outcomes;
    }

    /// <summary>The newest trigger of each user; triggers that name no user are rejected in <paramref name="outcomes"/>.</summary>
    internal static KeyValuePair<string, Received<SequenceUpdated>>[] NewestOfEachUser(IReadOnlyList<Received<SequenceUpdated>> batch, Outcome[] outcomes)
    {
        var newest = new Dictionary<string, Received<SequenceUpdated>>(StringComparer.Ordinal);
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].Value is { userId.Length: > 0 } update) newest[update.userId] = batch[i];
            else outcomes[i] = Outcome.Rejected("a sequence update needs a value with a userId");
        }

        return [.. newest];
    }
}
