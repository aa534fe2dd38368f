using driftline.events;
using Driftline.Recommender.Interests;
using Microsoft.Extensions.Options;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

/// <summary>The index itself; what it answers is tested over the running pipeline.</summary>
public sealed class AudiencesTests(GarnetWithVectorSets redis) : IClassFixture<GarnetWithVectorSets>
{
    [Fact]
    public async Task UsersWhoseInterestsHaveExpiredLeaveWithOtherUsersUpdates()
    {
        var database = redis.Connection.GetDatabase();
        var audiences = new Audiences(redis.Connection, Options.Create(new RecommenderOptions()));
        await audiences.MoveAsync([.. Enumerable.Range(0, 40).Select(i => new AudienceMove($"gone-{i}", null, Rising($"gone-{i}", 0.1f)))]);
        await database.StringSetAsync("interest:here", "known");

        for (var i = 0; i < 16 * 200 && await database.SortedSetLengthAsync("audience:tea") > 1; i++) await audiences.MoveAsync([new AudienceMove("here", null, Rising("here", 0.2f))]);

        Assert.Equal(["here"], (await audiences.PageAsync("tea", 0, null, 100)).Select(user => user.UserId));
    }

    [Fact]
    public async Task AMergedSessionLeavesTheAudiencesThatItWasInAndAnErasedUserAll()
    {
        var database = redis.Connection.GetDatabase();
        var options = Options.Create(new RecommenderOptions());
        var audiences = new Audiences(redis.Connection, options);
        var store = new InterestStore(redis.Connection, null!, audiences, options);
        await audiences.MoveAsync([new AudienceMove("merged", null, Rising("merged", 0.1f)), new AudienceMove("erased", null, Rising("erased", 0.1f))]);
        await audiences.MoveAsync([new AudienceMove("merged", Rising("merged", 0.1f), null)]);
        await store.WriteAsync([new InterestWrite("erased", null, null, Erased: true)]); // though its interests, which tell of them, are gone

        Assert.DoesNotContain(await audiences.PageAsync("tea", 0, null, 1_000), user => user.UserId is "merged" or "erased");
    }

    private static InterestUpdated Rising(string user, float delta)
    {
        var update = InterestsOf(user, "m1", 1, 0);
        update.rising = [new CategoryShift { category = "tea", delta = delta }];
        return update;
    }
}
