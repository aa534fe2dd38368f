using System.Diagnostics;
using driftline.events;
using Driftline.Schemas;
using Driftline.Sequences;
using Driftline.Streaming;

namespace Driftline.FeatureBuilder;

/// <summary>Triggers on <c>sequence.updates</c>: one says that a user's sequence changed, after it has.</summary>
public sealed class AnnounceSequence(RecordProducer producer, TimeProvider time)
{
    /// <param name="events">Distinct ids of the events that changed it.</param>
    /// <param name="attributes">What these say of the user.</param>
    public Task ChangedAsync(string userId, SequenceState state, int events, long newestReceivedAt, IDictionary<string, string> attributes, ActivityContext cause) =>
        SendAsync(new SequenceUpdated
        {
            userId = userId,
            length = state.Length,
            newestEventTime = state.NewestEventTime,
            eventCount = events,
            newestReceivedAt = newestReceivedAt,
            attributes = attributes,
        }, cause);

    /// <param name="erasureId">Null where what an erasure removed was removed once more.</param>
    public Task ErasedAsync(string userId, SequenceState state, long erasedAt, string? erasureId, ActivityContext cause) =>
        SendAsync(new SequenceUpdated
        {
            userId = userId,
            length = state.Length,
            newestEventTime = state.NewestEventTime,
            eventCount = 0,
            newestReceivedAt = erasedAt,
            attributes = new Dictionary<string, string>(StringComparer.Ordinal),
            erasureId = erasureId,
        }, cause);

    private Task SendAsync(SequenceUpdated update, ActivityContext cause) => producer.SendAsync(
        Topics.SequenceUpdates.Name, update.userId, update,
        new CloudEvent(Guid.CreateVersion7().ToString(), "/driftline/feature-builder", "driftline.sequence.updated", time.GetUtcNow()), cause);
}
