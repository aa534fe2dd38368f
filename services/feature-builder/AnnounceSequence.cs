using System.Diagnostics;
using driftline.events;
using Driftline.Schemas;
using Driftline.Sequences;
using Driftline.Streaming;

namespace Driftline.FeatureBuilder;

/// <summary>A change of one user's sequence.</summary>
/// <param name="Events">Distinct ids of the events that changed it.</param>
/// <param name="Attributes">What these say of the user.</param>
public readonly record struct SequenceChange(string UserId, SequenceState State, int Events, long NewestReceivedAt, IDictionary<string, string> Attributes, ActivityContext Cause);

/// <summary>Triggers on <c>sequence.updates</c>: one says that a user's sequence changed, after it has.</summary>
public sealed class AnnounceSequence(RecordProducer producer, TimeProvider time)
{
    /// <summary>The CloudEvents source of what this stage sends.</summary>
    public const string Source = "/driftline/feature-builder";

    /// <summary>In place of an erasure's id: the user is a session, whose events are another user's now. Nobody asks how far that is.</summary>
    public const string Moved = "";

    public async Task ChangedAsync(IReadOnlyList<SequenceChange> changes)
    {
        var records = new OutgoingRecord[changes.Count];
        for (var i = 0; i < records.Length; i++)
        {
            var change = changes[i];
            var update = new SequenceUpdated
            {
                userId = change.UserId,
                length = change.State.Length,
                newestEventTime = change.State.NewestEventTime,
                eventCount = change.Events,
                newestReceivedAt = change.NewestReceivedAt,
                attributes = change.Attributes,
            };
            records[i] = await producer.EncodeAsync(Topics.SequenceUpdates.Name, change.UserId, update, Attributes(), change.Cause);
        }

        await producer.SendAsync(Topics.SequenceUpdates.Name, records);
    }

    /// <summary>Says also that what is left, of a user who came back, is no older than its newest event: when that was received is not kept.</summary>
    /// <param name="state">What is left: what the user did after <paramref name="erasedAt"/>.</param>
    /// <param name="erasureId">Or <see cref="Moved"/>; null where what an erasure removed was removed once more.</param>
    public Task ErasedAsync(string userId, SequenceState state, long erasedAt, string? erasureId, ActivityContext cause)
    {
        var update = new SequenceUpdated
        {
            userId = userId,
            length = state.Length,
            newestEventTime = state.NewestEventTime,
            eventCount = 0,
            newestReceivedAt = Math.Max(erasedAt, Math.Min(state.NewestEventTime, time.GetUtcNow().ToUnixTimeMilliseconds())),
            attributes = new Dictionary<string, string>(StringComparer.Ordinal),
            erasureId = erasureId,
        };
        return producer.SendAsync(Topics.SequenceUpdates.Name, userId, update, Attributes(), cause);
    }

    private CloudEvent Attributes() => new(Guid.CreateVersion7().ToString(), Source, "driftline.sequence.updated", time.GetUtcNow());
}
