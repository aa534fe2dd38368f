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
/// Triggers in, one InterestUpdated per user out. Of a user's triggers only the newest counts, since each makes the predictor read what the sequence
/// has become: work is bounded by the users who were active, not by their events. What is kept of a user from the last update spares reading and running
/// their whole sequence. A trigger of an erasure makes a tombstone of the user, and what the user did after coming back an update on top of it.
/// </summary>
public sealed class PredictInterest(
    SequenceStore sequences, CarriedUsers carried, ErasedUsers erased, ErasureProgress progress, ServingModel model, RecordProducer producer, PredictorMetrics metrics, ModelShift shift,
    IOptions<PredictorOptions> options, TimeProvider time)
    : IBatchHandler<SequenceUpdated>
{
    private const string Source = "/driftline/predictor";

    private static readonly Task<IReadOnlyDictionary<string, string>[]> NoAttributes = Task.FromResult<IReadOnlyDictionary<string, string>[]>([]);

    public async Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<SequenceUpdated>> batch, CancellationToken stopping)
    {
        var outcomes = new Outcome[batch.Count];
        var users = NewestOfEachUser(batch, outcomes);
        var erasures = ErasuresOf(batch);
        foreach (var user in erasures) carried.Take(user.Key); // what is kept of them goes too
        await Overtaken.GuardAsync(
            users, ReadAsync, read => read.Sequence.Digest,
            (some, stored) => ReferenceEquals(some, users)
                ? PublishAsync(batch.Count, some, stored, erasures, again: false, stopping)
                : PublishAsync(some.Count, some, stored, erasures, again: true, CancellationToken.None), // what a stop left uncorrected nobody would: the next owner has gone past it
            (user, unchanged) => Keep(user.Key, unchanged.Sequence, unchanged.State), time);
        // The stage is done when the model that serves is; a challenger erases on its own topic.
        if (erasures.Count > 0 && options.Value.ModelName == Topics.DefaultModel) await progress.CompleteAsync(ErasureProgress.Predictor, erasures.SelectMany(user => user).Where(id => id.Length > 0)); // a session that moved has none
        return outcomes;
    }

    private async Task<UserState[]> ReadAsync(IReadOnlyList<KeyValuePair<string, Received<SequenceUpdated>>> users)
    {
        var kept = users.Select(user => carried.Take(user.Key)).ToArray();
        var reading = sequences.ReadOnAsync([.. users.Select((user, i) => (user.Key, kept[i]?.Sequence))]);
        var readingAttributes = AttributesAsync(users);
        await Task.WhenAll(reading, readingAttributes);
        var attributes = await readingAttributes;
        return [.. (await reading).Select((sequence, i) => new UserState(sequence, sequence.Appended ? kept[i]!.State : null, attributes.Length == 0 ? null : attributes[i]))];
    }

    /// <summary>None where the model that serves reads none.</summary>
    private Task<IReadOnlyDictionary<string, string>[]> AttributesAsync(IReadOnlyList<KeyValuePair<string, Received<SequenceUpdated>>> users) =>
        model.Served is { ReadsAttributes: true } ? sequences.ReadAttributesAsync([.. users.Select(user => user.Key)]) : NoAttributes;

    /// <param name="again">These users have been published just before, from what is no longer so.</param>
    private async Task PublishAsync(
        int triggers, IReadOnlyList<KeyValuePair<string, Received<SequenceUpdated>>> users, UserState[] read, ILookup<string, string> erasures, bool again, CancellationToken stopping)
    {
        var started = Stopwatch.GetTimestamp();
        Predicted? predicted;
        while ((predicted = await model.UseAsync(current => Predict(current, users, read), stopping)) is null)
        {
            var forgotten = Enumerable.Range(0, read.Length).Where(i => read[i] is { State: null, Sequence.Appended: true }).ToArray();
            var whole = await sequences.ReadOnAsync([.. forgotten.Select(i => (users[i].Key, (KnownSequence?)null))]);
            for (var i = 0; i < forgotten.Length; i++) read[forgotten[i]] = read[forgotten[i]] with { Sequence = whole[i] };
            var attributes = await AttributesAsync(users);
            for (var i = 0; i < attributes.Length; i++) read[i] = read[i] with { Attributes = attributes[i] };
        }

        var (version, categories, share, predictions) = predicted;
        metrics.Batch(triggers, users.Count, Stopwatch.GetElapsedTime(started));
        shift.Add(version, share, [.. predictions.Where((_, i) => read[i].Sequence.Length > 0)]);

        var marks = await erased.MarksOf(users.Where((_, i) => read[i].Sequence.Length == 0).Select(user => user.Key)).ReadAsync();
        var topic = Topics.InterestUpdates.Of(options.Value.ModelName).Name;
        var records = new List<OutgoingRecord>(users.Count);
        var received = new List<DateTimeOffset>(users.Count);
        for (var i = 0; i < users.Count; i++)
        {
            var (userId, trigger) = users[i];
            var cause = TraceHeaders.Extract(trigger.Headers);
            records.AddRange(Tombstones(userId, [.. erasures[userId]], read[i].Sequence.Length == 0 && (again || marks.ContainsKey(userId)), cause)); // before what the user did after coming back
            if (read[i].Sequence.Length == 0) continue; // erased, or expired since the trigger
            var now = time.GetUtcNow();
            var update = ComposeUpdate.From(trigger.Value!, read[i].Sequence, predictions[i], version, categories, options.Value.MaxShifts, cause, now);
            metrics.Predicted(predictions[i]);
            records.Add(await producer.EncodeAsync(topic, userId, update, new CloudEvent(Guid.CreateVersion7().ToString(), Source, "driftline.interest.updated", now), cause));
            received.Add(DateTimeOffset.FromUnixTimeMilliseconds(update.newestReceivedAt));
        }

        await producer.SendAsync(topic, records);
        var published = time.GetUtcNow();
        foreach (var one in received) metrics.Published(published - one);
    }

    /// <summary>
    /// One tombstone for each erasure, so that the next stages hear of each; without any, one for a user of whom nothing is left, if they are marked as erased or were published just before:
    /// a batch that was overtaken may have put an update over theirs.
    /// </summary>
    private IEnumerable<OutgoingRecord> Tombstones(string userId, IReadOnlyCollection<string?> erasureIds, bool gone, ActivityContext cause) =>
        (erasureIds.Count == 0 && gone ? [null] : erasureIds).Select(erasureId => OutgoingRecord.Of(
            userId, null, new CloudEvent(Guid.CreateVersion7().ToString(), Source, "driftline.interest.erased", time.GetUtcNow(), erasureId is { Length: > 0 } ? erasureId : null), cause));

    /// <returns>
    /// Null where the model cannot go on from what was kept of some users (it is another one, or an item or attribute of theirs has changed): these then have no state; or where it
    /// reads attributes, and the one before it, when these users were read, did not.
    /// </returns>
    private Predicted? Predict(InterestPredictor current, IReadOnlyList<KeyValuePair<string, Received<SequenceUpdated>>> users, UserState[] read)
    {
        var forgotten = current.Manifest.Attributes.Count > 0 && Array.Exists(read, user => user.Attributes is null);
        for (var i = 0; i < read.Length; i++)
        {
            if (read[i] is not { Sequence.Appended: true } user || (user.State is { } state && current.Continues(state, user.Sequence.Entries.Count, user.Attributes))) continue;
            read[i] = user with { State = null };
            forgotten = true;
        }

        if (forgotten) return null;
        var started = Stopwatch.GetTimestamp();
        var predicted = current.Predict(Array.ConvertAll(read, user => new UserToPredict(user.Sequence.Entries, user.Attributes, user.State, user.Sequence.Length)));
        metrics.Busy("predict", current.Device, Stopwatch.GetElapsedTime(started));
        metrics.Read(read.Count(user => user.Sequence.Appended), read.Count(user => !user.Sequence.Appended));
        for (var i = 0; i < read.Length; i++) Keep(users[i].Key, read[i].Sequence, predicted[i].State);
        return new Predicted(current.Version, current.Categories, current.TrainingShare, [.. predicted.Select(one => one.Prediction)]);
    }

    /// <param name="state">After all of the sequence; null where there is none to go on from.</param>
    private void Keep(string userId, SequenceReading sequence, CarriedState? state)
    {
        if (state is not null) carried.Put(userId, new CarriedUser(sequence.Known, state));
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
        .Where(record => record.Value is { userId.Length: > 0, erasureId: not null }).Select(record => record.Value!).DistinctBy(update => (update.userId, update.erasureId))
        .ToLookup(update => update.userId, update => update.erasureId, StringComparer.Ordinal);

    /// <param name="State">What the sequence's entries come after; null where they are all there are, or what was kept is of no use.</param>
    /// <param name="Attributes">Null where the model reads none.</param>
    private readonly record struct UserState(SequenceReading Sequence, CarriedState? State, IReadOnlyDictionary<string, string>? Attributes);

    private sealed record Predicted(string Version, IReadOnlyList<string> Categories, IReadOnlyList<float>? Share, IReadOnlyList<InterestPrediction> Predictions);
}
