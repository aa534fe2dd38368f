using StackExchange.Redis;

namespace Driftline.Audit;

/// <summary>
/// Compares what a pipeline holds with what its recorded input must end in. It shares no code with the services: it reads Redis's raw members,
/// the raw records and the recorded JSON, and recomputes the rest from the documented definitions. Start it before the input.
/// </summary>
public sealed class Auditor : IAsyncDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly ConnectionMultiplexer _redis;
    private readonly TopicFollower _topics;
    private readonly TimeProvider _time;

    private Auditor(ConnectionMultiplexer redis, TopicFollower topics, TimeProvider time) => (_redis, _topics, _time) = (redis, topics, time);

    /// <summary>Interest updates that were published since the beginning of their topic.</summary>
    public long InterestUpdates => _topics.UpdatesRead;

    /// <summary>Users that hold a sequence or an interest, as of the last look.</summary>
    public int Users { get; private set; }

    /// <param name="redis">A StackExchange.Redis connection string.</param>
    public static async Task<Auditor> StartAsync(string bootstrapServers, string redis, TimeProvider time)
    {
        var options = ConfigurationOptions.Parse(redis);
        options.AbortOnConnectFail = false;
        return new Auditor(await ConnectionMultiplexer.ConnectAsync(options), new TopicFollower(bootstrapServers), time);
    }

    /// <summary>Looks until nothing differs, or until what differs has not become less for <paramref name="patience"/>.</summary>
    /// <exception cref="TimeoutException">Redis has not answered for as long.</exception>
    public async Task<Verdict> SettleAsync(string inputPath, TimeSpan patience, IProgress<int> differences, CancellationToken stopping)
    {
        var input = RecordedInput.Read(inputPath);
        var (best, since) = (int.MaxValue, _time.GetTimestamp());
        var answered = since;
        while (true)
        {
            var verdict = await LookAsync(input);
            var total = verdict?.Total ?? int.MaxValue;
            differences.Report(total);
            if (total < best) (best, since) = (total, _time.GetTimestamp());
            if (verdict is not null) answered = _time.GetTimestamp();
            else if (_time.GetElapsedTime(answered) > patience) throw new TimeoutException($"Redis has not answered for {_time.GetElapsedTime(answered).TotalSeconds:F0} s: what is there cannot be looked at.");
            if (verdict is not null && (total == 0 || _time.GetElapsedTime(since) > patience)) return verdict;
            await Task.Delay(LookAgain, _time, stopping);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _topics.DisposeAsync();
        await _redis.DisposeAsync();
    }

    /// <returns>Null while Redis does not answer.</returns>
    private async Task<Verdict?> LookAsync(RecordedInput input)
    {
        try
        {
            var users = await ObservedState.ReadRedisAsync(_redis);
            Users = users.Count;
            var (published, rejected) = _topics.Look();
            return Comparison.Of(input, new ObservedState(users, published, rejected));
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return null;
        }
    }
}
