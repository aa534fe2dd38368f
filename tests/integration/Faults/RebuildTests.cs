using System.Net.Http.Json;
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
    public async Task WhatIsRebuiltDuringTrafficIsWhatWasLostAndNothingOfWhoWasErased()
    {
        await using var lostRedis = await RedisServer.StartAsync(null, Directory.CreateTempSubdirectory("driftline-redis-").FullName, _ => { });
        await using var pipeline = await Pipeline.StartAsync(lostRedis.ConnectionString);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(lostRedis.ConnectionString + ",allowAdmin=true");
        var database = redis.GetDatabase();
        var run = Guid.NewGuid();
        string[] users = [.. Enumerable.Range(0, Users).Select(i => $"rebuilt-{run:N}-{i}")];
        var (stays, leaves) = ($"stays-{run:N}", $"leaves-{run:N}");
        string[] all = [.. users, stays, leaves, SessionOf(stays), SessionOf(leaves)];
        await SendAsync(pipeline, users, eventsEach: 12);
        foreach (var user in (string[])[stays, leaves]) await LogInAsync(pipeline, user);
        string[] erased = [users[0], users[1], leaves];
        foreach (var user in erased) await EraseAsync(pipeline, user);
        var before = await SettledAsync(database, all, Lengths(12));
        var besides = await BesidesAsync(database, stays);
        Assert.Equal(["merged", "purchased", "attr", "sessions"], besides.Select(kept => kept.Split(':')[0]));

        await redis.GetServer(redis.GetEndPoints()[0]).FlushAllDatabasesAsync();
        var rebuilding = RebuildAsync(pipeline);
        var rounds = 0;
        do
        {
            await SendAsync(pipeline, users[2..], eventsEach: 1);
            rounds++;
            await Task.WhenAny(rebuilding, Task.Delay(100));
        }
        while (!rebuilding.IsCompleted && rounds < MostRounds);
        await rebuilding;

        var length = 12 + rounds;
        var after = await SettledAsync(database, all, Lengths(length));
        foreach (var user in users.Except(erased).Append(stays)) Assert.Subset(after[user].ToHashSet(), before[user].ToHashSet());
        foreach (var user in users.Except(erased)) await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Limit, answer => answer.GetProperty("sequenceLength").GetInt32() == length);
        Assert.Equal(besides, await BesidesAsync(database, stays));
        foreach (var id in (string[])[leaves, $"s-{leaves}"]) Assert.Empty(await HeldAbout.RedisKeysAsync(lostRedis.ConnectionString, id));

        // Of a Redis that lost the marks of the erased and kept that their erasures are done.
        await SendAsync(pipeline, [leaves], eventsEach: 1); // who is back
        await SettledAsync(database, [leaves], new Dictionary<string, int> { [leaves] = 1 });
        Assert.True(await database.KeyDeleteAsync("erased:users"));
        await RebuildAsync(pipeline);
        await SettledAsync(database, all, new Dictionary<string, int>(Lengths(length)) { [leaves] = 1 });
        Assert.Equal(["seq:ID"], (await HeldAbout.RedisKeysAsync(lostRedis.ConnectionString, leaves)).Where(key => key is "seq:ID" or "purchased:ID" or "attr:ID" or "sessions:ID"));
        Assert.True(await database.KeyExistsAsync("erased:users"));

        Dictionary<string, int> Lengths(int ofUsers) =>
            users.Except(erased).Select(user => (user, ofUsers)).Append((stays, 3)).ToDictionary(StringComparer.Ordinal);
    }

    private static string SessionOf(string user) => $"session:s-{user}";

    /// <summary>A session in which something is bought, then merged into its user, who has clicked before.</summary>
    private static async Task LogInAsync(Pipeline pipeline, string user)
    {
        var (session, at) = ($"s-{user}", DateTimeOffset.UtcNow.AddMinutes(-1));
        string[] events =
        [
            Traffic.Event(user, pipeline.Items[0].ItemId, at: at.AddSeconds(-1)), Traffic.Event(null, pipeline.Items[0].ItemId, at: at, session: session, ageBand: "25-34"),
            Traffic.Event(null, pipeline.Items[1].ItemId, "purchase", at.AddSeconds(1), session),
        ];
        var (status, _) = await pipeline.PostEventsAsync($"[{string.Join(',', events)}]");
        Assert.Equal(202, status);
        using var merge = await pipeline.Ingestor.PostAsJsonAsync($"/v1/users/{user}/merge", new { sessionId = session });
        Assert.Equal(202, (int)merge.StatusCode);
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Limit, answer => answer.GetProperty("sequenceLength").GetInt32() == 3);
    }

    private static async Task EraseAsync(Pipeline pipeline, string user)
    {
        using var accepted = await pipeline.Ingestor.DeleteAsync($"/v1/users/{user}");
        accepted.EnsureSuccessStatusCode();
        await pipeline.AskUntilAsync(accepted.Headers.Location!.OriginalString, Limit, answer => answer.GetProperty("completed").GetBoolean());
    }

    private static async Task RebuildAsync(Pipeline pipeline)
    {
        var rebuild = await Programs.RunAsync("dotnet", [LocalService.FeatureBuilder.ProgramPath, "--rebuild"], Limit, pipeline.Stack.Settings());
        Assert.True(rebuild.ExitCode == 0, $"exit code {rebuild.ExitCode}\n{rebuild.Output}\n{rebuild.Error}");
    }

    /// <summary>What the feature-builder keeps about a user beside the sequence: each with its family.</summary>
    private static async Task<IReadOnlyList<string>> BesidesAsync(IDatabase database, string user)
    {
        var kept = new List<string> { $"merged:{await database.StringGetAsync("merged:" + SessionOf(user))}" };
        foreach (var family in (string[])["purchased:", "attr:", "sessions:"])
            kept.AddRange((await database.SortedSetRangeByRankWithScoresAsync(family + user)).Select(entry => family + entry));
        return kept;
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
