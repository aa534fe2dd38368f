using driftline.events;
using Driftline.Hosting;
using Driftline.Schemas;
using Driftline.Sequences;
using Driftline.Streaming;

namespace Driftline.FeatureBuilder;

/// <param name="UserId">Whose the session is.</param>
/// <param name="State">The user's sequence, with the session's events.</param>
public sealed record MergedSession(string UserId, SequenceState State);

/// <summary>
/// Makes the events of a session those of the user that it turned out to be (docs/adr/0006-a-session-is-linked-before-it-is-moved.md): links first, moves after each write, so that
/// the order in which events and merge arrive, or arrive again, does not matter.
/// </summary>
public sealed class MergeSessions(
    SessionLinks links, SequenceStore sequences, ErasedUsers erased, ErasureProgress progress, SuppressErased suppress, AnnounceSequence announce, RecordProducer producer, TimeProvider time)
{
    /// <returns>Why the merge is refused, or null. A merge from before an erasure of its user erases the session too, and one from before an erasure of the session links nothing.</returns>
    /// <exception cref="StackExchange.Redis.RedisException">Redis is away; linking again is harmless.</exception>
    public async Task<string?> LinkAsync(StorefrontEvent merge)
    {
        var into = ((SessionMerged)merge.payload).intoUserId;
        var marks = erased.MarksOf([into, merge.userId]);
        var known = await marks.ReadAsync();
        if (await IsErasedAsync(known)) return null;
        if (known.TryGetValue(merge.userId, out var sessionErasedAt) && SuppressErased.IsFromBefore(merge, sessionErasedAt)) return null;
        if (await links.LinkAsync(merge.userId, into, SuppressErased.HappenedAt(merge)) != into) return "the session is another user's already: begin a new one when somebody else logs in";
        await IsErasedAsync(await marks.ReadAsync()); // in between, when there was no link yet to forget
        return null;

        async Task<bool> IsErasedAsync(IReadOnlyDictionary<string, long> read)
        {
            if (!read.TryGetValue(into, out var erasedAt) || !SuppressErased.IsFromBefore(merge, erasedAt)) return false;
            await EraseAsync(merge.userId, erasedAt);
            await links.UnlinkAsync(merge.userId, into, erasedAt);
            return true;
        }
    }

    /// <summary>After a write: moves what was written of sessions that belong to somebody.</summary>
    /// <returns>By anonymous user.</returns>
    /// <exception cref="StackExchange.Redis.RedisException">Redis is away; moving again moves what is left.</exception>
    public async Task<IReadOnlyDictionary<string, MergedSession>> MoveAsync(IEnumerable<string> touched)
    {
        string[] sessions = [.. touched.Where(user => AnonymousUsers.SessionOf(user) is not null)];
        var owned = sessions.Zip(await links.OwnersAsync(sessions), (session, owner) => (Session: session, Owner: owner)).Where(one => one.Owner is not null).ToArray();
        var states = await Task.WhenAll(owned.Select(one => MoveAsync(one.Session, one.Owner!)));
        return owned.Zip(states).ToDictionary(one => one.First.Session, one => new MergedSession(one.First.Owner!, one.Second), StringComparer.Ordinal);
    }

    /// <summary>
    /// After a move, the anonymous user is erased where they were known: on the way of their own events, as an erasure goes. After each move, as the next stage may have read between
    /// the write and the move.
    /// </summary>
    /// <param name="last">The session's event that was received last.</param>
    public Task AnnounceAsync(Received<StorefrontEvent> last) =>
        announce.ErasedAsync(last.Key!, default, last.Value!.receivedAt, AnnounceSequence.Moved, TraceHeaders.Extract(last.Headers));

    /// <summary>For an erasure: sessions that were merged into the user are erased with them, and the user, if a session, is nobody's again. What was merged after it, by a user who came back, stays.</summary>
    /// <exception cref="StackExchange.Redis.RedisException">Redis is away; forgetting again is harmless.</exception>
    public async Task ForgetAsync(string userId, long erasedAt)
    {
        if (await links.OwnerAsync(userId) is { } owner) await links.UnlinkAsync(userId, owner, erasedAt);
        foreach (var anonymous in await links.SessionsOfAsync(userId, erasedAt))
        {
            await EraseAsync(anonymous, erasedAt);
            await links.UnlinkAsync(anonymous, userId, erasedAt);
        }
    }

    /// <summary>
    /// What the session did before an erasure of its user, or of the session with another user who had it before, stays out; and the user's erasure may come while this moves, so the
    /// mark is read again after it.
    /// </summary>
    private async Task<SequenceState> MoveAsync(string anonymous, string owner)
    {
        var marks = erased.MarksOf([owner, anonymous]);
        var known = await marks.ReadAsync();
        var before = known.GetValueOrDefault(owner, long.MinValue);
        var state = await sequences.MoveAsync(anonymous, owner, Math.Max(before, known.GetValueOrDefault(anonymous, long.MinValue)));
        var after = (await marks.ReadAsync()).GetValueOrDefault(owner, long.MinValue);
        if (after == before) return state;
        await ForgetAsync(owner, after);
        return await suppress.RemoveAsync(owner, after);
    }

    /// <summary>A session is erased by a request of its own too, which is done at once: where Redis is lost, a rebuild finds no link by which its user's would reach it.</summary>
    private async Task EraseAsync(string anonymous, long erasedAt)
    {
        var request = new ErasureRequested { erasureId = Guid.CreateVersion7().ToString(), userId = anonymous, requestedAt = erasedAt };
        await progress.CompleteAsync(ErasureProgress.FeatureBuilder, [request.erasureId]);
        await producer.SendAsync(Topics.PrivacyErasures.Name, anonymous, request, new CloudEvent(request.erasureId, AnnounceSequence.Source, "driftline.privacy.erasure-requested", time.GetUtcNow()));
        await erased.MarkAsync([(anonymous, erasedAt)]);
        await announce.ErasedAsync(anonymous, await suppress.RemoveAsync(anonymous, erasedAt), erasedAt, erasureId: null, default);
    }
}
