using driftline.events;
using Driftline.Schemas;
using Driftline.Sequences;
using Driftline.Streaming;

namespace Driftline.FeatureBuilder;

/// <summary>
/// StorefrontEvent in, sequence entries and one SequenceUpdated per touched user out. Redis first, then the trigger: whoever follows the
/// trigger finds at least what it announces.
/// </summary>
public sealed class BuildSequence(
    SequenceStore sequences, ReadEvent readEvent, RecordProducer producer, FeatureBuilderMetrics metrics, TimeProvider time, ILogger<BuildSequence> log)
    : IBatchHandler<StorefrontEvent>
{
    public async Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<StorefrontEvent>> batch, CancellationToken stopping)
    {
        var outcomes = new Outcome[batch.Count];
        var touched = new Dictionary<string, TouchedUser>(StringComparer.Ordinal);
        for (var i = 0; i < batch.Count; i++)
        {
            var record = batch[i];
            if (readEvent.TryRead(record.Key, record.Value, out var entries) is { } reason)
            {
                outcomes[i] = Outcome.Rejected(reason);
            }
            else if (entries.Count > 0)
            {
                if (!touched.TryGetValue(record.Key!, out var user)) touched.Add(record.Key!, user = new TouchedUser());
                user.Add(record, entries);
            }
        }

        if (touched.Count == 0) return outcomes;

        var users = touched.ToArray();
        var states = await sequences.AppendAsync(Array.ConvertAll(users, user =>
            new UserEvents(user.Key, user.Value.Entries, user.Value.Said)));
        await Task.WhenAll(users.Zip(states, (user, state) => AnnounceAsync(user.Key, user.Value, state)));

        var now = time.GetUtcNow();
        metrics.Written(users.Sum(user => user.Value.Entries.Count), now - DateTimeOffset.FromUnixTimeMilliseconds(users.Max(user => user.Value.Newest.receivedAt)));
        Log.BatchWritten(log, batch.Count, users.Length);
        return outcomes;
    }

    private Task AnnounceAsync(string userId, TouchedUser user, SequenceState state)
    {
        var update = new SequenceUpdated
        {
            userId = userId,
            length = state.Length,
            newestEventTime = state.NewestEventTime,
            eventCount = user.EventIds.Count,
            newestReceivedAt = user.Newest.receivedAt,
            attributes = user.Attributes,
        };
        return producer.SendAsync(
            Topics.SequenceUpdates.Name, userId, update,
            new CloudEvent(Guid.CreateVersion7().ToString(), "/driftline/feature-builder", "driftline.sequence.updated", time.GetUtcNow()), user.Cause);
    }

    private sealed class TouchedUser
    {
        public List<SequenceEntry> Entries { get; } = [];

        /// <summary>What the events say of the user.</summary>
        public List<AttributeValue> Said { get; } = [];

        public HashSet<string> EventIds { get; } = new(StringComparer.Ordinal);

        public IDictionary<string, string> Attributes { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

        /// <summary>The event received last; its trace goes on in the update.</summary>
        public StorefrontEvent Newest { get; private set; } = null!;

        public System.Diagnostics.ActivityContext Cause { get; private set; }

        public void Add(Received<StorefrontEvent> record, IReadOnlyList<SequenceEntry> entries)
        {
            var value = record.Value!;
            Entries.AddRange(entries);
            EventIds.Add(value.eventId);
            Said.AddRange(value.attributes.Select(attribute => new AttributeValue(attribute.Key, attribute.Value, value.eventTime)));
            if (Newest is not null && value.receivedAt < Newest.receivedAt) return;
            Newest = value;
            Cause = TraceHeaders.Extract(record.Headers);
            if (value.attributes is { Count: > 0 }) Attributes = value.attributes;
        }
    }
}
