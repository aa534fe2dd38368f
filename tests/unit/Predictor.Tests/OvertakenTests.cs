using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Driftline.Predictor.Tests;

/// <summary>Two replicas publish one user's updates; whoever publishes last must have seen the newest sequence.</summary>
public sealed class OvertakenTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<string, long> _sequences = new(StringComparer.Ordinal) { ["a"] = 1, ["b"] = 1 };
    private readonly List<(string User, long Digest)> _published = [], _kept = [];

    [Fact]
    public async Task AQuickBatchIsPublishedOnceAndNotReadAgain()
    {
        var reads = 0;
        await Overtaken.GuardAsync<string, long>(["a", "b"], users => { reads++; return ReadAsync(users); }, digest => digest, PublishAsync, Keep, _time);

        Assert.Equal([("a", 1), ("b", 1)], _published);
        Assert.Equal(1, reads);
    }

    [Fact]
    public async Task AUserWhoseSequenceGrewWhileTheReplicaStoodStillIsPredictedAnew()
    {
        await Overtaken.GuardAsync<string, long>(["a", "b"], ReadAsync, digest => digest, async (users, sequences) =>
        {
            if (_published.Count == 0)
            {
                _time.Advance(TimeSpan.FromSeconds(8)); // stopped between the read and the publication
                _sequences["a"] = 2;
                _published.Add(("a", 2)); // by the replica that took over
            }

            await PublishAsync(users, sequences);
        }, Keep, _time);

        Assert.Equal(("a", 2), _published.Last(update => update.User == "a"));
        Assert.Equal([("b", 1)], _published.Where(update => update.User == "b"));
        Assert.Equal([("b", 1)], _kept);
    }

    [Fact]
    public async Task AReplicaThatIsStoppedAgainAndAgainStillEndsWithTheNewest()
    {
        await Overtaken.GuardAsync<string, long>(["a"], ReadAsync, digest => digest, async (users, sequences) =>
        {
            if (_published.Count < 3)
            {
                _time.Advance(TimeSpan.FromSeconds(8));
                _sequences["a"]++;
            }

            await PublishAsync(users, sequences);
        }, Keep, _time);

        Assert.Equal([1, 2, 3, 4], _published.Select(update => update.Digest));
        Assert.Equal(4, _sequences["a"]);
    }

    [Fact]
    public async Task AUserWhoActsAllTheWhileDoesNotHoldTheBatchForEver()
    {
        await Overtaken.GuardAsync<string, long>(["a"], ReadAsync, digest => digest, (users, sequences) =>
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            _sequences["a"]++;
            return PublishAsync(users, sequences);
        }, Keep, _time);

        Assert.Equal(Overtaken.MostRounds, _published.Count);
    }

    /// <summary>The loop does not turn meanwhile: where brokers acknowledge slowly, ten rounds would make a replica that is at work look stuck.</summary>
    [Fact]
    public async Task WhereEachRoundIsSlowTheBatchEndsWellBeforeItsLoopCountsAsStuck()
    {
        var started = _time.GetTimestamp();
        await Overtaken.GuardAsync<string, long>(["a"], ReadAsync, digest => digest, (users, sequences) =>
        {
            _time.Advance(TimeSpan.FromSeconds(25));
            _sequences["a"]++;
            return PublishAsync(users, sequences);
        }, Keep, _time);

        Assert.Equal([1, 2, 3], _published.Select(update => update.Digest));
        Assert.Equal(TimeSpan.FromSeconds(75), _time.GetElapsedTime(started));
    }

    /// <summary>However long it stood still: that is what the second look is for.</summary>
    [Fact]
    public async Task AReplicaThatStoodStillForMinutesLooksAgain()
    {
        await Overtaken.GuardAsync<string, long>(["a"], ReadAsync, digest => digest, (users, sequences) =>
        {
            if (_published.Count == 0)
            {
                _time.Advance(TimeSpan.FromMinutes(5));
                _sequences["a"]++;
            }

            return PublishAsync(users, sequences);
        }, Keep, _time);

        Assert.Equal([1, 2], _published.Select(update => update.Digest));
    }

    private void Keep(string user, long digest) => _kept.Add((user, digest));

    private Task<long[]> ReadAsync(IReadOnlyList<string> users) => Task.FromResult(users.Select(user => _sequences[user]).ToArray());

    private Task PublishAsync(IReadOnlyList<string> users, long[] digests)
    {
        _published.AddRange(users.Zip(digests));
        return Task.CompletedTask;
    }
}
