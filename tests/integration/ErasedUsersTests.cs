using Driftline.Hosting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>What Redis knows of erased users, and of how far erasures are.</summary>
public sealed class ErasedUsersTests
{
    private readonly string _user = $"user-{Guid.NewGuid():N}";
    private readonly SetClock _clock = new() { Now = DateTimeOffset.UtcNow };

    [Fact]
    public async Task OfTwoErasuresTheLaterCountsInWhateverOrderTheyCome()
    {
        var erased = Erased(await RedisForTests.ConnectAsync());
        var at = _clock.Now.ToUnixTimeMilliseconds();
        await erased.MarkAsync([(_user, at), (_user, at - 5)]);
        await erased.MarkAsync([(_user, at - 9)]);
        var marks = await erased.MarksOf([_user, "never " + _user, _user]).ReadAsync();
        Assert.Equal(at, Assert.Single(marks).Value);
    }

    [Fact]
    public async Task AMarkIsFoundUnderItsKeyOnlyAndHoldsNoId()
    {
        var redis = await RedisForTests.ConnectAsync();
        await Erased(redis, "one").MarkAsync([(_user, _clock.Now.ToUnixTimeMilliseconds())]);
        Assert.NotEmpty(await Erased(redis, "one").MarksOf([_user]).ReadAsync());
        Assert.Empty(await Erased(redis, "another").MarksOf([_user]).ReadAsync());
        var members = await redis.GetDatabase().SortedSetRangeByRankAsync("erased:users");
        Assert.All(members, member => Assert.Equal(32, ((byte[])member!).Length));
    }

    [Fact]
    public async Task AMarkIsForgottenWhenNothingIsLeftToSuppress()
    {
        var redis = await RedisForTests.ConnectAsync();
        var settings = new PrivacyOptions();
        var erased = Erased(redis);
        var young = "young " + _user; // keeps the key, whose time to live is asked for
        await erased.MarkAsync([(_user, (_clock.Now - settings.SuppressionExpiry - TimeSpan.FromSeconds(1)).ToUnixTimeMilliseconds()), (young, _clock.Now.ToUnixTimeMilliseconds())]);
        Assert.Equal([young], (await erased.MarksOf([_user, young]).ReadAsync()).Keys);
        var left = await redis.GetDatabase().KeyTimeToLiveAsync("erased:users");
        Assert.NotNull(left);
        Assert.InRange(left.Value, TimeSpan.Zero, settings.SuppressionExpiry);
    }

    [Fact]
    public async Task AStageIsDoneWhenItFirstWas()
    {
        var progress = new ErasureProgress(await RedisForTests.ConnectAsync(), Options.Create(new PrivacyOptions()), _clock);
        var (id, first) = (Guid.NewGuid().ToString(), DateTimeOffset.FromUnixTimeMilliseconds(_clock.Now.ToUnixTimeMilliseconds()));
        await progress.CompleteAsync(ErasureProgress.FeatureBuilder, [id, id]);
        _clock.Now += TimeSpan.FromMinutes(1);
        await progress.CompleteAsync(ErasureProgress.FeatureBuilder, [id]);
        var done = await progress.AreCompleteAsync(ErasureProgress.FeatureBuilder, [id, "other " + id]);
        Assert.Equal([true, false], done);
        var stages = await progress.ReadAsync(id);
        Assert.Equal([("feature-builder", first), ("predictor", null), ("recommender", (DateTimeOffset?)null)], stages);
    }

    private ErasedUsers Erased(IConnectionMultiplexer redis, string key = "") =>
        new(redis, Options.Create(new PrivacyOptions { HashKey = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(key)) }), _clock);

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
