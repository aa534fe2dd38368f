using System.Buffers.Binary;
using System.Diagnostics;
using Driftline.Audit;
using Driftline.Sequences;
using StackExchange.Redis;

namespace Driftline.Local.Endurance;

/// <summary>Whether every accepted event is in its user's sequence, and every user's interest was computed from all of it: read from Redis, not from counters.</summary>
internal static class Honoured
{
    private const int UsersAtATime = 500;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Looks until all is there, or until nothing has become better for <paramref name="patience"/>. Users who were found whole are not looked at again before
    /// the last of the others is, so that looking costs the pipeline little; then all are.
    /// </summary>
    /// <returns>Accepted events that no sequence holds, users whose interest is another sequence's, and after which look nothing of both was left, or the last one.</returns>
    public static async Task<(int Missing, int Behind, TimeSpan After)> WaitAsync(
        IReadOnlyDictionary<string, List<ulong>> accepted, IConnectionMultiplexer redis, TimeSpan patience, CancellationToken stopping)
    {
        var started = Stopwatch.GetTimestamp();
        var (best, since) = (int.MaxValue, started);
        List<string> waiting = [.. accepted.Keys];
        TimeSpan? whole = null;
        while (true)
        {
            var all = waiting.Count == accepted.Count;
            var (missing, behind, notWhole) = await LookAsync(accepted, waiting, redis);
            var after = Stopwatch.GetElapsedTime(started);
            whole = missing + behind == 0 ? whole ?? after : null; // the look at all that follows is for certainty, and not the pipeline's time
            if (whole is { } found && all) return (0, 0, found);
            if (missing + behind < best) (best, since) = (missing + behind, Stopwatch.GetTimestamp());
            if (Stopwatch.GetElapsedTime(since) > patience) return (missing, behind, after);
            waiting = notWhole.Count > 0 ? notWhole : [.. accepted.Keys];
            await Task.Delay(LookAgain, stopping);
        }
    }

    private static async Task<(int Missing, int Behind, List<string> NotWhole)> LookAsync(
        IReadOnlyDictionary<string, List<ulong>> accepted, List<string> waiting, IConnectionMultiplexer redis)
    {
        var database = redis.GetDatabase();
        var (missing, behind, notWhole) = (0, 0, new List<string>());
        foreach (var users in waiting.Chunk(UsersAtATime))
        {
            var sequences = users.Select(user => database.SortedSetRangeByRankAsync("seq:" + user)).ToArray();
            var interests = users.Select(user => database.StringGetAsync("interest:" + user)).ToArray();
            await Task.WhenAll([.. sequences, .. interests]);
            for (var i = 0; i < users.Length; i++)
            {
                var members = (await sequences[i]).Select(member => (byte[])member!).ToList();
                var there = members.Select(member => BinaryPrimitives.ReadUInt64BigEndian(member)).ToHashSet();
                var lacking = accepted[users[i]].Count(hash => !there.Contains(hash));
                var late = (byte[]?)await interests[i] is not { } interest || PublishedInterest.Read(interest).SequenceDigest != DigestOf(members);
                missing += lacking;
                if (late) behind++;
                if (late || lacking > 0) notWhole.Add(users[i]);
            }
        }

        return (missing, behind, notWhole);
    }

    private static long DigestOf(List<byte[]> members)
    {
        var digest = new SequenceDigest();
        foreach (var member in members) digest.Add(member);
        return digest.Value;
    }
}
