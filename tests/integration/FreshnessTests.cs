using System.Diagnostics;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>How soon after an event the recommender knows it.</summary>
public sealed class FreshnessTests(PipelineFixture fixture)
{
    private const int Users = 9;

    /// <summary>The median of several users: the first event pays for connections and compilation, and one pause of a shared machine is not the pipeline's pace.</summary>
    [Fact]
    public async Task AnEventShowsInTheUsersInterestsWithinASecond()
    {
        var pipeline = await fixture.StartedAsync();
        var waits = new List<TimeSpan>();
        for (var i = 0; i < Users; i++)
        {
            var user = $"user-{Guid.NewGuid():N}";
            var sent = Stopwatch.GetTimestamp();
            var (status, body) = await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[0].ItemId)}]");
            Assert.Equal(202, status);
            Assert.Equal("accepted", body.GetProperty("results")[0].GetProperty("status").GetString());

            var interests = await pipeline.AskUntilAsync($"/v1/users/{user}/interests", TimeSpan.FromSeconds(10), _ => true);

            waits.Add(Stopwatch.GetElapsedTime(sent));
            Assert.Equal(1, interests.GetProperty("sequenceLength").GetInt32());
            var category = pipeline.Items[0].Categories[0];
            var share = interests.GetProperty("interests").EnumerateArray().Single(one => one.GetProperty("category").GetString() == category);
            Assert.Equal(1, share.GetProperty("current").GetDouble(), 3);
            Assert.NotEmpty(interests.GetProperty("modelVersion").GetString()!);
        }

        Assert.InRange(waits.Order().ElementAt(Users / 2), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }
}
