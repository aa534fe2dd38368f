using driftline.events;
using Driftline.Hosting;
using Driftline.Sequences;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

namespace Driftline.FeatureBuilder;

/// <summary>Keeps events from before an erasure of their user out of Redis, whichever of the two comes first.</summary>
public sealed class SuppressErased(ErasedUsers erased, SequenceStore sequences, AnnounceSequence announce, IOptions<FeatureBuilderOptions> options, FeatureBuilderMetrics metrics)
{
    /// <summary>Starts to look for erasures of a batch's users.</summary>
    public SuppressedBatch Begin(IReadOnlyList<Received<StorefrontEvent>> batch) => new(this, erased.MarksOf(batch.Select(record => record.Key).OfType<string>()));

    /// <summary>
    /// Removes what an erasure covers. A sequence does not tell when its events were received, and an event may be ahead of the clock by as much as is
    /// allowed: entries up to that long after the erasure go too.
    /// </summary>
    public Task<SequenceState> RemoveAsync(string userId, long erasedAt) => sequences.ForgetAsync(userId, erasedAt + (long)options.Value.MaxFuture.TotalMilliseconds);

    internal static bool IsFromBefore(StorefrontEvent happened, long erasedAt) => HappenedAt(happened) <= erasedAt;

    /// <summary>When an event happened for an erasure: a clock may be ahead, but nothing is received before it happens. In milliseconds since the Unix epoch.</summary>
    internal static long HappenedAt(StorefrontEvent happened) => Math.Min(happened.eventTime, happened.receivedAt);

    /// <summary>Users of whom there are events from before their erasure, and the time up to which those reach: the erasure's, or that of an event that was ahead of the clock.</summary>
    internal static Dictionary<string, long> CoveredUpTo(IEnumerable<StorefrontEvent> taken, IReadOnlyDictionary<string, long> marks)
    {
        var upTo = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var happened in taken)
        {
            if (!marks.TryGetValue(happened.userId, out var erasedAt) || !IsFromBefore(happened, erasedAt)) continue;
            upTo[happened.userId] = Math.Max(upTo.GetValueOrDefault(happened.userId, erasedAt), happened.eventTime);
        }

        return upTo;
    }

    /// <summary>One batch's erasures. Not thread-safe.</summary>
    public sealed class SuppressedBatch
    {
        private readonly SuppressErased _suppress;
        private readonly ErasureMarks _marks;
        private readonly Task<IReadOnlyDictionary<string, long>> _reading;
        private IReadOnlyDictionary<string, long> _known = new Dictionary<string, long>(StringComparer.Ordinal);

        internal SuppressedBatch(SuppressErased suppress, ErasureMarks marks) => (_suppress, _marks, _reading) = (suppress, marks, marks.ReadAsync());

        /// <summary>Whether the first look found a user who was erased.</summary>
        public bool Any => _known.Count > 0;

        /// <exception cref="StackExchange.Redis.RedisException">Redis is away.</exception>
        public async Task ReadAsync() => _known = await _reading;

        /// <summary>True for an event from before an erasure of its user; it is counted.</summary>
        public bool Covers(StorefrontEvent happened)
        {
            if (!_known.TryGetValue(happened.userId, out var erasedAt) || !IsFromBefore(happened, erasedAt)) return false;
            _suppress.Suppressed();
            return true;
        }

        /// <summary>
        /// Looks once more, after the write: what the batch, or an attempt at it that was broken off, may have written of users who are erased by now is removed, and
        /// announced, for a prediction may have read it.
        /// </summary>
        /// <param name="taken">The batch's events that are sound: one that is wrong about its user or its times removes nothing.</param>
        /// <exception cref="StackExchange.Redis.RedisException">Redis is away; the same batch, handled again, takes back the same.</exception>
        public async Task TakeBackAsync(IEnumerable<StorefrontEvent> taken)
        {
            var marks = await _marks.ReadAsync();
            if (marks.Count > 0) await Task.WhenAll(CoveredUpTo(taken, marks).Select(user => _suppress.EraseAgainAsync(user.Key, user.Value, marks[user.Key])));
        }
    }

    private void Suppressed() => metrics.Suppressed();

    private async Task EraseAgainAsync(string userId, long upTo, long erasedAt) =>
        await announce.ErasedAsync(userId, await sequences.ForgetAsync(userId, upTo), erasedAt, erasureId: null, default);
}
