using driftline.events;
using Driftline.Recommender.Api;

namespace Driftline.Recommender.Interests;

/// <summary>
/// How the population's interest moves between categories: over the users updated within a window, or a uniform sample of them, from what
/// is observed (h_t) to what is forecast (h_{t+1}). A user's interest stays where it can; what a category loses goes to those that gain, in proportion
/// to their gains.
/// </summary>
internal sealed class Trends(InterestStore store, TimeProvider time) : IDisposable
{
    /// <summary>What stands for the categories that have no row of their own.</summary>
    public const string Other = "(other)";

    private const int MostSampled = 2_000;
    private const int MostMovers = 10;

    /// <summary>An answer may be this old: it reads many users.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _one = new(1);
    private (TimeSpan Window, int Top, long At, TrendsAnswer Answer)? _last;

    /// <param name="top">Most categories with a row of their own: those with the most interest.</param>
    /// <exception cref="StackExchange.Redis.RedisException">Redis is away.</exception>
    public async Task<TrendsAnswer> OverAsync(TimeSpan window, int top, CancellationToken aborted)
    {
        await _one.WaitAsync(aborted);
        try
        {
            if (_last is { } last && last.Window == window && last.Top == top && time.GetElapsedTime(last.At) < Every) return last.Answer;
            var now = time.GetUtcNow();
            var (users, total) = await store.SampleAsync(now - window, MostSampled);
            var interests = (await store.ReadAsync(users)).OfType<InterestUpdated>().Where(update => update.interests.Count > 0).ToList();
            var answer = Of(interests, top) with { AsOf = now, Users = total };
            _last = (window, top, time.GetTimestamp(), answer);
            return answer;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    internal static TrendsAnswer Of(IReadOnlyCollection<InterestUpdated> users, int top)
    {
        var (current, next) = (new Dictionary<string, double>(StringComparer.Ordinal), new Dictionary<string, double>(StringComparer.Ordinal));
        foreach (var share in users.SelectMany(user => user.interests))
        {
            current[share.category] = current.GetValueOrDefault(share.category) + share.current / users.Count;
            next[share.category] = next.GetValueOrDefault(share.category) + share.next / users.Count;
        }

        string[] rows = [.. current.Keys.Where(category => category != Other).OrderByDescending(category => current[category] + next[category]).ThenBy(category => category, StringComparer.Ordinal).Take(top), Other];
        var rowOf = rows.Index().ToDictionary(row => row.Item, row => row.Index, StringComparer.Ordinal);
        var flows = rows.Select(_ => new double[rows.Length]).ToArray();
        foreach (var user in users) AddFlows(user, rowOf, flows, 1.0 / users.Count);
        var shifts = current.Keys.Select(category => new InterestShift(category, (float)(next[category] - current[category]))).ToList();
        return new TrendsAnswer(
            default, users.Count, users.Count,
            [.. rows.Select(row => new InterestShare(row, (float)flows[rowOf[row]].Sum(), (float)flows.Sum(from => from[rowOf[row]])))], flows,
            [.. shifts.Where(shift => shift.Delta > 0).OrderByDescending(shift => shift.Delta).Take(MostMovers)],
            [.. shifts.Where(shift => shift.Delta < 0).OrderBy(shift => shift.Delta).Take(MostMovers)]);
    }

    private static void AddFlows(InterestUpdated user, Dictionary<string, int> rowOf, double[][] flows, double weight)
    {
        var other = rowOf[Other];
        var (current, next) = (new double[flows.Length], new double[flows.Length]);
        foreach (var share in user.interests)
        {
            var row = rowOf.GetValueOrDefault(share.category, other);
            current[row] += share.current;
            next[row] += share.next;
        }

        // What an update leaves out, the least shares, belongs to no row of its own.
        current[other] += Math.Max(0, 1 - current.Sum());
        next[other] += Math.Max(0, 1 - next.Sum());
        var gained = current.Zip(next, (before, after) => Math.Max(0, after - before)).Sum();
        for (var from = 0; from < flows.Length; from++)
        {
            var lost = Math.Max(0, current[from] - next[from]);
            flows[from][from] += weight * (current[from] - lost);
            for (var to = 0; lost > 0 && gained > 0 && to < flows.Length; to++) flows[from][to] += weight * lost * Math.Max(0, next[to] - current[to]) / gained;
        }
    }
}
