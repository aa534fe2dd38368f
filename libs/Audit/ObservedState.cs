using StackExchange.Redis;

namespace Driftline.Audit;

/// <summary>What one user's keys hold: the sequence's members with their scores in Redis's order, and the interest's bytes.</summary>
internal sealed record ObservedUser(IReadOnlyList<(byte[] Member, double Score)> Sequence, byte[]? Interest);

/// <summary>A record of the rejected topic.</summary>
/// <param name="Stage">Who rejected it: header <c>dl_stage</c>.</param>
/// <param name="Topic">Where it came from: header <c>dl_topic</c>; null for one that was refused at the HTTP edge before it was encoded for a topic.</param>
internal sealed record RejectedRecord(string Stage, string? Topic, string Error, byte[] Value);

/// <summary>Everything that the audit looks at.</summary>
internal sealed record ObservedState(
    IReadOnlyDictionary<string, ObservedUser> Users, IReadOnlyDictionary<string, PublishedInterest> Published, IReadOnlyList<RejectedRecord> Rejected)
{
    /// <summary>Every <c>seq:*</c> and <c>interest:*</c> key of a Redis, whoever wrote it.</summary>
    public static async Task<IReadOnlyDictionary<string, ObservedUser>> ReadRedisAsync(IConnectionMultiplexer redis)
    {
        var sequences = Keys(redis, "seq:").ToList();
        var interests = Keys(redis, "interest:").ToList();
        var database = redis.GetDatabase();
        var users = new Dictionary<string, ObservedUser>(StringComparer.Ordinal);
        foreach (var chunk in sequences.Union(interests, StringComparer.Ordinal).Chunk(200))
        {
            var entries = chunk.Select(user => database.SortedSetRangeByRankWithScoresAsync("seq:" + user)).ToArray();
            var values = chunk.Select(user => database.StringGetAsync("interest:" + user)).ToArray();
            await Task.WhenAll([.. entries, .. values]);
            for (var i = 0; i < chunk.Length; i++)
                users[chunk[i]] = new ObservedUser([.. (await entries[i]).Select(entry => ((byte[])entry.Element!, entry.Score))], (byte[]?)await values[i]);
        }

        return users;
    }

    private static IEnumerable<string> Keys(IConnectionMultiplexer redis, string prefix) => redis.GetServers()
        .SelectMany(server => server.Keys(pattern: prefix + "*", pageSize: 1_000)).Select(key => ((string)key!)[prefix.Length..]);
}
