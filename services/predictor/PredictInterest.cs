using System.Diagnostics;
using driftline.events;
using Driftline.InterestModel;
using Driftline.Schemas;
using Driftline.Sequences;
using Driftline.Streaming;
using Microsoft.Extensions.Options;
using PublishedShift = driftline.events.CategoryShift;

namespace Driftline.Predictor;

/// <summary>
/// Triggers in, one InterestUpdated per user out. Of a user's triggers only the newest counts, since each makes the predictor read the whole
/// sequence again: work is bounded by the users who were active, not by their events.
/// </summary>
public sealed class PredictInterest(
    SequenceStore sequences, ServingModel model, RecordProducer producer, PredictorMetrics metrics, IOptions<PredictorOptions> options, TimeProvider time)
    : IBatchHandler<SequenceUpdated>
{
    /// <summary>Categories below this share in both distributions are left out of an update.</summary>
    private const float MinShare = 0.001f;

    public async Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<SequenceUpdated>> batch, CancellationToken stopping)
    {
        var outcomes = new Outcome[batch.Count];
        var newest = new Dictionary<string, Received<SequenceUpdated>>(StringComparer.Ordinal);
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].Value is { userId.Length: > 0 } update) newest[update.userId] = batch[i];
            else outcomes[i] = Outcome.Rejected("a sequence update needs a value with a userId");
        }

        var users = newest.ToArray();
        var stored = await sequences.ReadAsync(Array.ConvertAll(users, user => user.Key));
        var started = Stopwatch.GetTimestamp();
        var (version, categories, predictions) = await model.UseAsync(
            current => (current.Version, current.Categories, current.Predict(Array.ConvertAll(stored, sequence => sequence.Entries))), stopping);
        metrics.Predicted(batch.Count, users.Length, Stopwatch.GetElapsedTime(started));

        var sends = new List<Task>(users.Length);
        for (var i = 0; i < users.Length; i++)
        {
            if (stored[i].Entries.Count == 0) continue; // erased or expired since the trigger
            var update = ToUpdate(users[i].Value.Value!, stored[i], predictions[i], version, categories);
            metrics.Drift(update.drift);
            sends.Add(producer.SendAsync(
                Topics.InterestUpdates.Name, update.userId, update,
                new CloudEvent(Guid.CreateVersion7().ToString(), "/driftline/predictor", "driftline.interest.updated", time.GetUtcNow()),
                TraceHeaders.Extract(users[i].Value.Headers)));
        }

        await Task.WhenAll(sends);
        return outcomes;
    }

    private InterestUpdated ToUpdate(
        SequenceUpdated trigger, UserSequence sequence, InterestPrediction prediction, string version, IReadOnlyList<string> categories) => new()
        {
            userId = trigger.userId,
            modelVersion = version,
            computedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            newestEventTime = sequence.Entries[^1].EventTime,
            newestReceivedAt = trigger.newestReceivedAt,
            sequenceLength = sequence.Entries.Count,
            sequenceDigest = sequence.Digest,
            interests = [.. Enumerable.Range(0, categories.Count)
                .Where(c => Math.Max(prediction.Current[c], prediction.Next[c]) >= MinShare)
                .OrderByDescending(c => prediction.Next[c])
                .Select(c => new CategoryInterest { category = categories[c], current = prediction.Current[c], next = prediction.Next[c] })],
            drift = prediction.Drift,
            rising = Shifts(prediction.Rising),
            falling = Shifts(prediction.Falling),
            embedding = prediction.Embedding,
        };

    private List<PublishedShift> Shifts(IReadOnlyList<InterestModel.CategoryShift> shifts) =>
        [.. shifts.Take(options.Value.MaxShifts).Select(shift => new PublishedShift { category = shift.Category, delta = shift.Delta })];
}
