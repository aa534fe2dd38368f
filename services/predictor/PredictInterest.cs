using System.Diagnostics;
using driftline.events;
using Driftline.Hosting;
using Driftline.InterestModel;
using Driftline.Schemas;
using Driftline.Sequences;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

namespace Driftline.Predictor;

/// <summary>
/// Triggers in, one InterestUpdated per user out. Of a user's triggers only the newest counts, since each makes the predictor read the whole
/// sequence again: work is bounded by the users who were active, not by their events. A trigger of an erasure makes a tombstone of the user, and what the
/// user did after coming back an update on top of it.
/// </summary>
public sealed class PredictInterest(
    SequenceStore sequences, ErasedUsers erased, ErasureProgress progress, ServingModel model, RecordProducer producer, PredictorMetrics metrics, ModelShift shift,
    IOptions<PredictorOptions> options, TimeProvider time)
    : IBatchHandler<SequenceUpdated>
{
    private static readonly Task<IReadOnlyDictionary<string, string>[]> NoAttributes = Task.FromResult<IReadOnlyDictionary<string, string>[]>([]);

    public async Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<SequenceUpdated>> batch, CancellationToken stopping)
    {
        var outcomes = new Outcome[batch.Count];
        var users = NewestOfEachUser(batch, outcomes);
        var erasures = ErasuresOf(batch);
        await Overtaken.GuardAsync(users, ReadAsync, read => read.Sequence.Digest, (some, stored) => PublishAsync(batch.Count, some, stored, erasures, stopping), time);
        // The stage is done when the model that serves is; a challenger erases on its own topic.
        if (erasures.Count > 0 && options.Value.ModelName == Topics.DefaultModel) await progress.CompleteAsync(ErasureProgress.Predictor, erasures.SelectMany(user => user));
        return outcomes;
    }

    private async Task<UserState[]> ReadAsync(IReadOnlyList<KeyValuePair<string, Received<SequenceUpdated>>> users)
    {
        string[] ids = [.. users.Select(user => user.Key)];
        var (reading, readingAttributes) = (sequences.ReadAsync(ids), model.Served is { ReadsAttributes: true } ? sequences.ReadAttributesAsync(ids) : NoAttributes);
        await Task.WhenAll(reading, readingAttributes);
        var attributes = await readingAttributes;
        return [.. (await reading).Select((sequence, i) => new UserState(sequence, attributes.Length == 0 ? null : attributes[i]))];
    }

    private async Task PublishAsync(
        int triggers, IReadOnlyList<KeyValuePair<string, Received<SequenceUpdated>>> users, UserState[] read, ILookup<string, string> erasures, CancellationToken stopping)
    {
        var stored = Array.ConvertAll(read, state => state.Sequence);
        IReadOnlyDictionary<string, string>[] attributes = [.. read.Select(state => state.Attributes).OfType<IReadOnlyDictionary<string, string>>()];
        var started = Stopwatch.GetTimestamp();
        var (version, categories, share, predictions) = await model.UseAsync(current => Predict(current, stored, attributes), stopping);
        metrics.Batch(triggers, users.Count, Stopwatch.GetElapsedTime(started));
        shift.Add(version, share, [.. predictions.Where((_, i) => stored[i].Entries.Count > 0)]);

        var marks = await erased.MarksOf(users.Where((_, i) => stored[i].Entries.Count == 0).Select(user => user.Key)).ReadAsync();
        var sends = new List<Task>(users.Count);
        for (var i = 0; i < users.Count; i++)
        {
            var (userId, trigger) = users[i];
            var cause = TraceHeaders.Extract(trigger.Headers);
            var before = EraseAsync(userId, [.. erasures[userId]], marks.ContainsKey(userId), cause);
            if (stored[i].Entries.Count == 0)
            {
                sends.Add(before); // erased, or expired since the trigger
                continue;
            }

            var update = ComposeUpdate.From(trigger.Value!, stored[i], predictions[i], version, categories, options.Value.MaxShifts, cause, time.GetUtcNow());
            metrics.Predicted(predictions[i]);
            sends.Add(SendAfterAsync(before, update, cause));
        }

        await Task.WhenAll(sends);
    }

    /// <summary>One tombstone for each erasure, so that the next stages hear of each; without any, one for a user who is marked as erased: a batch that was overtaken may have put an update over theirs.</summary>
    private Task EraseAsync(string userId, IReadOnlyList<string> erasureIds, bool marked, ActivityContext cause) =>
        erasureIds.Count > 0 ? Task.WhenAll(erasureIds.Select(id => SendTombstoneAsync(userId, id, cause)))
        : marked ? SendTombstoneAsync(userId, null, cause)
        : Task.CompletedTask;

    private Task SendTombstoneAsync(string userId, string? erasureId, ActivityContext cause) => producer.SendAsync(
        Topics.InterestUpdates.Of(options.Value.ModelName).Name,
        OutgoingRecord.Of(userId, null, new CloudEvent(Guid.CreateVersion7().ToString(), "/driftline/predictor", "driftline.interest.erased", time.GetUtcNow(), erasureId), cause));

    private async Task SendAfterAsync(Task before, InterestUpdated update, ActivityContext cause)
    {
        await before;
        await SendAsync(update, cause);
    }

    private (string Version, IReadOnlyList<string> Categories, IReadOnlyList<float>? Share, IReadOnlyList<InterestPrediction> Predictions) Predict(
        InterestPredictor current, UserSequence[] stored, IReadOnlyDictionary<string, string>[] attributes)
    {
        var started = Stopwatch.GetTimestamp();
        var predictions = current.Predict(Array.ConvertAll(stored, sequence => sequence.Entries), attributes.Length == 0 ? null : attributes);
        metrics.Busy("predict", current.Device, Stopwatch.GetElapsedTime(started));
        return (current.Version, current.Categories, current.TrainingShare, predictions);
    }

    private async Task SendAsync(InterestUpdated update, ActivityContext cause)
    {
        await producer.SendAsync(
            Topics.InterestUpdates.Of(options.Value.ModelName).Name, update.userId, update,
            new CloudEvent(Guid.CreateVersion7().ToString(), "/driftline/predictor", "driftline.interest.updated", time.GetUtcNow()), cause);
        metrics.Published(time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(update.newestReceivedAt));
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

    /// <summary>Ids of the erasures that a batch carries, by user.</summary>
    internal static ILookup<string, string> ErasuresOf(IReadOnlyList<Received<SequenceUpdated>> batch) => batch
        .Where(record => record.Value is { userId.Length: > 0, erasureId: not null }).Select(record => record.Value!).DistinctBy(update => update.erasureId)
        .ToLookup(update => update.userId, update => update.erasureId, StringComparer.Ordinal);

    /// <param name="Attributes">Null where the model reads none.</param>
    private readonly record struct UserState(UserSequence Sequence, IReadOnlyDictionary<string, string>? Attributes);
}
