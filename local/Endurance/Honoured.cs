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

    /// <summary>Looks until all is there, or until nothing has become better for <paramref name="patience"/>.</summary>
    /// <returns>Accepted events that no sequence holds, users whose interest is another sequence's, and when the last of both was gone.</returns>
    public static async Task<(int Missing, int Behind, TimeSpan After)> WaitAsync(
        IReadOnlyDictionary<string, List<ulong>> accepted, IConnectionMultiplexer redis, TimeSpan patience, CancellationToken stopping)
    {
        var started = Stopwatch.GetTimestamp();
        var (best, since) = (int.MaxValue, started);
        while (true)
        {
            var (missing, behind) = await LookAsync(accepted, redis);
            if (missing + behind < best) (best, since) = (missing + behind, Stopwatch.GetTimestamp());
            if (best == 0 || Stopwatch.GetElapsedTime(since) > patience) return (missing, behind, Stopwatch.GetElapsedTime(started));
            await Task.Delay(LookAgain, stopping);
        }
    }

    private static async Task<(int Missing, int Behind)> LookAsync(IReadOnlyDictionary<string, List<ulong>> accepted, IConnectionMultiplexer redis)
    {
        var database = redis.GetDatabase();
        var (missing, behind) = (0, 0);
        foreach (var users in accepted.Keys.Chunk(UsersAtATime))
        {
            var sequences = users.Select(user => database.SortedSetRangeByRankAsync("seq:" + user)).ToArray();
            var interests = users.Select(user => database.StringGetAsync("interest:" + user)).ToArray();
            await Task.WhenAll([.. sequences, .. interests]);
            for (var i = 0; i < users.Length; i++)
            {
                var members = (await sequences[i]).Select(member => (byte[])member!).ToList();
                var there = members.Select(member => BinaryPrimitives.ReadUInt64BigEndian(member)).ToHashSet();
                missing += accepted[users[i]].Count(hash => !there.Contains(hash));
                if ((byte[]?)await interests[i] is not { } interest || PublishedInterest.Read(interest).SequenceDigest != DigestOf(members)) behind++;
            }
        }

        return (missing, behind);
    }

    private static long DigestOf(List<byte[]> members)
    {
        var digest = new SequenceDigest();
        foreach (var member in members) digest.Add(member);
        return digest.Value;
    }
}
