using Driftline.Local;
using StackExchange.Redis;
using Xunit;

namespace Driftline.Integration.Tests.Faults;

/// <summary>The feature-builder's command <c>--rebuild</c>, against a pipeline that goes on meanwhile.</summary>
public sealed class RebuildTests
{
    private const int Users = 40, MostRounds = 200; // a sequence has room for an event of each
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task SequencesThatAreRebuiltDuringTrafficAreThoseThatWereNeverLost()
    {
        await using var lostRedis = await RedisServer.StartAsync(null, Directory.CreateTempSubdirectory("driftline-redis-").FullName, _ => { });
        await using var pipeline = await Pipeline.StartAsync(lostRedis.ConnectionString);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(lostRedis.ConnectionString + ",allowAdmin=true");
        var database = redis.GetDatabase();
        var run = Guid.NewGuid();
        string[] users = [.. Enumerable.Range(0, Users).Select(i => $"rebuilt-{run:N}-{i}")];
        await SendAsync(pipeline, users, eventsEach: 12);
        string[] erased = [users[0], users[1]];
        foreach (var user in erased) (await pipeline.Ingestor.DeleteAsync($"/v1/users/{user}")).EnsureSuccessStatusCode();
        var before = await SettledAsync(database, users, users.Except(erased).ToDictionary(user => user, _ => 12, StringComparer.Ordinal));

        await redis.GetServer(redis.GetEndPoints()[0]).FlushAllDatabasesAsync();
        var rebuilding = Programs.RunAsync("dotnet", [LocalService.FeatureBuilder.ProgramPath, "--rebuild"], Limit, pipeline.Stack.Settings());
        var rounds = 0;
        do
        {
            await SendAsync(pipeline, users[2..], eventsEach: 1);
            rounds++;
            await Task.WhenAny(rebuilding, Task.Delay(100));
        }
        while (!rebuilding.IsCompleted && rounds < MostRounds);
        var rebuild = await rebuilding;
        Assert.True(rebuild.ExitCode == 0, $"exit code {rebuild.ExitCode}\n{rebuild.Output}\n{rebuild.Error}");

        var length = 12 + rounds;
        var after = await SettledAsync(database, users, users.Except(erased).ToDictionary(user => user, _ => length, StringComparer.Ordinal));
        foreach (var user in users.Except(erased)) Assert.Subset(after[user].ToHashSet(), before[user].ToHashSet());
        foreach (var user in users.Except(erased)) await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Limit, answer => answer.GetProperty("sequenceLength").GetInt32() == length);
        foreach (var user in erased) Assert.Empty(after[user]);
    }

    private static async Task SendAsync(Pipeline pipeline, IEnumerable<string> users, int eventsEach)
    {
        for (var i = 0; i < eventsEach; i++)
        {
            var (status, _) = await pipeline.PostEventsAsync($"[{string.Join(',', users.Select((user, at) => Traffic.Event(user, pipeline.Items[(at + i) % pipeline.Items.Count].ItemId)))}]");
            Assert.Equal(202, status);
        }
    }

    /// <summary>Each user's entries with their times, once they are as many as were sent.</summary>
    private static async Task<IReadOnlyDictionary<string, IReadOnlyList<(string Member, double Score)>>> SettledAsync(IDatabase database, IReadOnlyList<string> users, IReadOnlyDictionary<string, int> lengths)
    {
        var deadline = DateTime.UtcNow + Limit;
        while (true)
        {
            var sequences = new Dictionary<string, IReadOnlyList<(string, double)>>(StringComparer.Ordinal);
            foreach (var user in users)
                sequences[user] = [.. (await database.SortedSetRangeByRankWithScoresAsync("seq:" + user)).Select(entry => (Convert.ToHexString((byte[])entry.Element!), entry.Score))];
            var wrong = users.Where(user => sequences[user].Count != lengths.GetValueOrDefault(user)).ToList();
            if (wrong.Count == 0) return sequences;
            Assert.True(DateTime.UtcNow < deadline, $"{wrong.Count} sequences have another length than due, the first of them {wrong[0]}: {sequences[wrong[0]].Count}, not {lengths.GetValueOrDefault(wrong[0])}");
            await Task.Delay(50);
        }
    }
}
