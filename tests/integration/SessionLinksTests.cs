using Driftline.Sequences;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>Whose a session is, as Redis holds it.</summary>
public sealed class SessionLinksTests
{
    private readonly string _session = $"session:{Guid.NewGuid():N}";
    private readonly string _user = $"user-{Guid.NewGuid():N}";

    [Fact]
    public async Task ALinkLastsFromTheLastMergeOn()
    {
        var redis = await RedisForTests.ConnectAsync();
        var options = new SequenceStoreOptions();
        var links = new SessionLinks(redis, options);
        await links.LinkAsync(_session, _user, 1);
        await redis.GetDatabase().KeyExpireAsync("merged:" + _session, TimeSpan.FromMinutes(1)); // as if most of the time were over

        await links.LinkAsync(_session, _user, 2);

        Assert.True(await redis.GetDatabase().KeyTimeToLiveAsync("merged:" + _session) > options.Expiry / 2);
    }

    /// <summary>An erasure may be carried out late, when the user has come back.</summary>
    [Fact]
    public async Task ASessionThatWasMergedAgainLaterStaysTheUsersAndIsNotAmongThoseFromBefore()
    {
        var links = new SessionLinks(await RedisForTests.ConnectAsync(), new SequenceStoreOptions());
        await links.LinkAsync(_session, _user, 3);
        await links.LinkAsync(_session, _user, 1); // again, as a replay does

        Assert.Empty(await links.SessionsOfAsync(_user, 2));
        await links.UnlinkAsync(_session, _user, 2);
        Assert.Equal(_user, await links.OwnerAsync(_session));
        Assert.Equal([_session], await links.SessionsOfAsync(_user));

        await links.UnlinkAsync(_session, _user, 3);
        Assert.Null(await links.OwnerAsync(_session));
    }

    [Fact]
    public async Task AnotherUsersSessionIsNotUnlinked()
    {
        var links = new SessionLinks(await RedisForTests.ConnectAsync(), new SequenceStoreOptions());
        await links.LinkAsync(_session, _user, 1);

        Assert.Equal(_user, await links.LinkAsync(_session, "another", 2));
        await links.UnlinkAsync(_session, "another");

        Assert.Equal(_user, await links.OwnerAsync(_session));
    }
}
