using Driftline.Recommender.Experiments;
using Driftline.Recommender.Retrieval;
using Microsoft.Extensions.Options;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests.Experiments;

public sealed class FeedbackStoreTests
{
    private static readonly IOptions<RecommenderOptions> Settings = Options.Create(new RecommenderOptions());
    private static readonly VariantOptions[] Variants = [new() { Name = "a" }, new() { Name = "b" }];

    [Fact]
    public async Task TwoReplicasThatCountTheSameEventsAtOnceCountThemOnce()
    {
        await using var redis = OwnRedis.Start();
        await using var first = await redis.ConnectAsync();
        await using var second = await redis.ConnectAsync();
        FeedbackStore[] replicas = [new(first, Settings), new(second, Settings)];
        var users = Users(60, 30);
        var told = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var from = 0; from < 30; from += 5)
        {
            var batch = users.ConvertAll(user => user with { Events = [.. user.Events.Skip(from).Take(5)] });
            foreach (var (_, changes) in await Task.WhenAll(replicas.Select(replica => replica.CountAsync(batch))))
            {
                foreach (var (field, change) in changes) FeedbackFields.Add(told, field, change);
            }
        }

        var expected = Expected(users);
        Assert.Equal(expected, Sums(await replicas[0].ReadAsync()));
        var asTold = new Dictionary<VariantKey, FeedbackTotals>();
        foreach (var (field, change) in told) FeedbackFields.Read(asTold, field, change);
        Assert.Equal(expected, Sums(asTold)); // so metrics over replicas come to the same

        await Task.WhenAll(replicas.Select(replica => replica.CountAsync(users))); // everything again
        Assert.Equal(expected, Sums(await replicas[1].ReadAsync()));
        Assert.Equal(8, await replicas[0].ItemsShownAsync(new VariantKey("e", "a")));
    }

    [Fact]
    public async Task AnErasedUserLeavesNoKeyBehindAndTheSumsStay()
    {
        await using var redis = OwnRedis.Start();
        await using var connection = await redis.ConnectAsync();
        var store = new FeedbackStore(connection, Settings);
        var users = Users(3, 20);
        await store.CountAsync(users);
        await store.ForgetAsync(["user {1}", "never seen"]);
        var keys = connection.GetServers()[0].Keys().Select(key => key.ToString()).ToList();
        Assert.Equal(["user {0}", "user {2}"], keys.Where(key => key.Contains(":user:", StringComparison.Ordinal)).Select(key => key.Split(":user:")[1]).Order());
        Assert.Equal(Expected(users), Sums(await store.ReadAsync()));
        Assert.All(keys, key => Assert.InRange(connection.GetDatabase().KeyTimeToLive(key)!.Value, TimeSpan.FromDays(89), TimeSpan.FromDays(90)));
    }

    [Fact]
    public async Task OnlyFeedbackThatReachesBackToAnErasureIsForgottenWithIt()
    {
        await using var redis = OwnRedis.Start();
        await using var connection = await redis.ConnectAsync();
        var store = new FeedbackStore(connection, Settings);
        var user = Users(1, 20)[0];
        await store.CountAsync([user]);
        var since = (await store.ReadUserAsync(user.UserId))!.Since;
        await store.ForgetBeforeAsync(user.UserId, since - 1);
        Assert.NotNull(await store.ReadUserAsync(user.UserId));
        await store.ForgetBeforeAsync(user.UserId, since);
        Assert.Null(await store.ReadUserAsync(user.UserId));
        await store.ForgetBeforeAsync(user.UserId, since);
    }

    private static List<UserEvents> Users(int users, int events)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, users).Select(user =>
        {
            var token = AttributionToken.New(Start, "m1", Enumerable.Range(0, 8).Select(item => $"item{item}"), new Assignment(new ExperimentOptions { Name = "e" }, Variants[user % 2]));
            return new UserEvents($"user {{{user}}}", [.. Enumerable.Range(0, events).Select(i => new FeedbackEvent(
                FeedbackEvent.Hash($"{i}"), Start.ToUnixTimeMilliseconds() + i, i, (FeedbackKind)(1 << random.Next(3)), [$"item{random.Next(8)}"], i == 0 || random.Next(2) == 0 ? token : null))]);
        })];
    }

    private static Dictionary<VariantKey, (long, long, long, long, long, long, long, long)> Expected(IEnumerable<UserEvents> users)
    {
        var totals = new Dictionary<VariantKey, FeedbackTotals>();
        foreach (var user in users)
        {
            var feedback = new UserFeedback();
            var counted = user.Events.SelectMany(happened => feedback.Apply(happened, Settings.Value.AttributionWindow) ?? []).ToList();
            foreach (var (field, change) in FeedbackFields.Changes(new Dictionary<VariantKey, UserCounts>(), feedback.Counts, counted)) FeedbackFields.Read(totals, field, change);
        }

        return Sums(totals);
    }

    private static Dictionary<VariantKey, (long, long, long, long, long, long, long, long)> Sums(IReadOnlyDictionary<VariantKey, FeedbackTotals> totals) => totals.ToDictionary(
        one => one.Key,
        one => (one.Value.Users, one.Value.Impressions, one.Value.Clicks, one.Value.Purchases, one.Value.Converted, one.Value.ImpressionsSquared, one.Value.ClicksSquared, one.Value.ImpressionsTimesClicks));
}
