using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>Traffic that leaves a mark in every instrument: many users, personal and other answers, an open stream, and a rejected event.</summary>
internal static class Traffic
{
    /// <summary>More than the predictor wants before it compares its users with those of training.</summary>
    public const int Users = 130;

    /// <returns>The users' ids. All their events show in the recommender's answers.</returns>
    public static async Task<IReadOnlyList<string>> SendAsync(Pipeline pipeline, int users = Users)
    {
        var ids = Enumerable.Range(0, users).Select(_ => $"user-{Guid.NewGuid():N}").ToList();
        foreach (var chunk in ids.Index().Chunk(50))
        {
            var (status, _) = await pipeline.PostEventsAsync($"[{string.Join(',', chunk.Select(user => Event(user.Item, pipeline.Items[user.Index % pipeline.Items.Count].ItemId)))}]");
            Assert.Equal(202, status);
        }

        await pipeline.PostEventsAsync($"[{Event(ids[0], pipeline.Items[0].ItemId, "review")}]"); // without its rating
        foreach (var id in ids) await pipeline.AskUntilAsync($"/v1/users/{id}/interests", TimeSpan.FromSeconds(20), _ => true);
        foreach (var id in ids.Take(20).Append("nobody")) await pipeline.AskUntilAsync($"/v1/users/{id}/recommendations", TimeSpan.FromSeconds(10), _ => true);
        using var stream = await pipeline.Recommender.GetAsync($"/v1/users/{ids[0]}/interests/stream", HttpCompletionOption.ResponseHeadersRead);
        Assert.True(stream.IsSuccessStatusCode);
        return ids;
    }

    /// <param name="user">Null for one of whom only the session is known.</param>
    /// <param name="at">When it happened; now, if not given.</param>
    /// <param name="ageBand">The user's only attribute, if given.</param>
    public static string Event(string? user, string item, string type = "click", DateTimeOffset? at = null, string? session = null, string? ageBand = null) => JsonSerializer.Serialize(new
    {
        eventId = $"event-{Guid.NewGuid():N}",
        eventType = type,
        userId = user,
        sessionId = session,
        eventTime = (at ?? DateTimeOffset.UtcNow).ToString("O", CultureInfo.InvariantCulture),
        items = new[] { new { itemId = item } },
        attributes = ageBand is null ? null : new { ageBand },
    });
}
