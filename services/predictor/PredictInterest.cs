using System.Diagnostics;
using driftline.events;
using Driftline.InterestModel;
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
    SequenceStore sequences, ServingModel model, RecordProducer producer, PredictorMetrics metrics, ModelShift shift, IOptions<PredictorOptions> options, TimeProvider time)
    : IBatchHandler<SequenceUpdated>
{
    private static readonly Task<IReadOnlyDictionary<string, string>[]> NoAttributes = Task.FromResult<IReadOnlyDictionary<string, string>[]>([]);

    public async Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<SequenceUpdated>> batch, CancellationToken stopping)
    {
        var outcomes = new Outcome[batch.Count];
        var users = NewestOfEachUser(batch, outcomes);
        await Overtaken.GuardAsync(users, ReadAsync, read => read.Sequence.Digest, (some, stored) => PublishAsync(batch.Count, some, stored, stopping), time);
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

    private async Task PublishAsync(int triggers, IReadOnlyList<KeyValuePair<string, Received<SequenceUpdated>>> users, UserState[] read, CancellationToken stopping)
    {
        var stored = Array.ConvertAll(read, state => state.Sequence);
        IReadOnlyDictionary<string, string>[] attributes = [.. read.Select(state => state.Attributes).OfType<IReadOnlyDictionary<string, string>>()];
        var started = Stopwatch.GetTimestamp();
        var (version, categories, share, predictions) = await model.UseAsync(current => Predict(current, stored, attributes), stopping);
        metrics.Batch(triggers, users.Count, Stopwatch.GetElapsedTime(started));
        shift.Add(version, share, [.. predictions.Where((_, i) => stored[i].Entries.Count > 0)]);

        var sends = new List<Task>(users.Count);
        for (var i = 0; i < users.Count; i++)
        {
            if (stored[i].Entries.Count == 0) continue; // erased or expired since the trigger
            var update = ComposeUpdate.From(users[i].Value.Value!, stored[i], predictions[i], version, categories, options.Value.MaxShifts, time.GetUtcNow());
            metrics.Predicted(predictions[i]);
            sends.Add(SendAsync(update, TraceHeaders.Extract(users[i].Value.Headers)));
        }

        await Task.WhenAll(sends);
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
            Topics.InterestUpdates.Name, update.userId, update,
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

    /// <param name="Attributes">Null where the model reads none.</param>
    private readonly record struct UserState(UserSequence Sequence, IReadOnlyDictionary<string, string>? Attributes);
}
