using driftline.events;
using Driftline.Sequences;
using Driftline.Streaming;

namespace Driftline.FeatureBuilder;

/// <summary>
/// StorefrontEvent in, sequence entries and one SequenceUpdated per touched user out. Redis first, then the trigger: whoever follows the
/// trigger finds at least what it announces. What a session did goes to the user that it was merged into. Events from before an erasure of their user leave no trace but a count.
/// </summary>
public sealed class BuildSequence(
    SequenceStore sequences, ReadEvent readEvent, SuppressErased suppress, MergeSessions merge, AnnounceSequence announce, FeatureBuilderMetrics metrics, TimeProvider time,
    ILogger<BuildSequence> log)
    : IBatchHandler<StorefrontEvent>
{
    public async Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<StorefrontEvent>> batch, CancellationToken stopping)
    {
        var outcomes = new Outcome[batch.Count];
        var erased = suppress.Begin(batch); // looks at Redis while the events are checked
        var good = Check(batch, outcomes);
        var taken = good.Select(one => batch[one.Index].Value!);
        await erased.ReadAsync();
        var touched = new Dictionary<string, TouchedUser>(StringComparer.Ordinal);
        foreach (var (index, entries) in good)
        {
            var record = batch[index];
            if (erased.Covers(record.Value!)) continue;
            if (record.Value!.payload is SessionMerged && await merge.LinkAsync(record.Value) is { } reason)
            {
                outcomes[index] = Outcome.Rejected(reason);
                continue;
            }

            if (!touched.TryGetValue(record.Key!, out var user)) touched.Add(record.Key!, user = new TouchedUser());
            user.Add(record, entries);
        }

        if (touched.Count == 0)
        {
            if (erased.Any) await erased.TakeBackAsync(taken);
            return outcomes;
        }

        var users = touched.ToArray();
        var states = await sequences.AppendAsync(Array.ConvertAll(users, user =>
            new UserEvents(user.Key, user.Value.Entries, user.Value.Said)));
        var moved = await merge.MoveAsync(touched.Keys);
        await Task.WhenAll([
            announce.ChangedAsync([.. users.Zip(states, (user, state) => moved.TryGetValue(user.Key, out var owned) ? user.Value.ChangeTo(owned.UserId, owned.State) : user.Value.ChangeTo(user.Key, state))]),
            .. users.Where(user => moved.ContainsKey(user.Key)).Select(user => merge.AnnounceAsync(user.Value.Newest)), erased.TakeBackAsync(taken)]);

        var now = time.GetUtcNow();
        metrics.Written(users.Sum(user => user.Value.Entries.Count), users.Select(user => now - DateTimeOffset.FromUnixTimeMilliseconds(user.Value.NewestReceivedAt)));
        Log.BatchWritten(log, batch.Count, users.Length);
        return outcomes;
    }

    /// <summary>The events that sequences take, with their entries, and the merges, by their places in the batch; what is refused is noted in <paramref name="outcomes"/>.</summary>
    private List<(int Index, IReadOnlyList<SequenceEntry> Entries)> Check(IReadOnlyList<Received<StorefrontEvent>> batch, Outcome[] outcomes)
    {
        var good = new List<(int, IReadOnlyList<SequenceEntry>)>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            if (readEvent.TryRead(batch[i].Key, batch[i].Value, out var entries) is { } reason) outcomes[i] = Outcome.Rejected(reason);
            else if (entries.Count > 0 || batch[i].Value!.payload is SessionMerged) good.Add((i, entries));
        }

        return good;
    }

    private sealed class TouchedUser
    {
        private static readonly Dictionary<string, string> NoAttributes = new(StringComparer.Ordinal);

        private readonly HashSet<string> _eventIds = new(StringComparer.Ordinal);
        private IDictionary<string, string> _attributes = NoAttributes;

        public List<SequenceEntry> Entries { get; } = [];

        /// <summary>What the events say of the user.</summary>
        public List<AttributeValue> Said { get; } = [];

        /// <summary>The event received last.</summary>
        public Received<StorefrontEvent> Newest { get; private set; } = null!;

        public long NewestReceivedAt => Newest.Value!.receivedAt;

        public void Add(Received<StorefrontEvent> record, IReadOnlyList<SequenceEntry> entries)
        {
            var value = record.Value!;
            Entries.AddRange(entries);
            _eventIds.Add(value.eventId);
            foreach (var (name, said) in value.attributes) Said.Add(new AttributeValue(name, said, value.eventTime));
            if (Newest is not null && value.receivedAt < NewestReceivedAt) return;
            Newest = record;
            if (value.attributes.Count > 0) _attributes = value.attributes;
        }

        /// <summary>The trace of the event received last goes on in the update.</summary>
        public SequenceChange ChangeTo(string userId, SequenceState state) =>
            new(userId, state, _eventIds.Count, NewestReceivedAt, _attributes, TraceHeaders.Extract(Newest.Headers));
    }
}
