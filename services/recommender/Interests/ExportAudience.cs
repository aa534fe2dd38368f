using System.Runtime.CompilerServices;
using Driftline.Recommender.Api;

namespace Driftline.Recommender.Interests;

/// <summary>Lists an audience page by page, each user checked against their interests of now. What is listed meanwhile moves: an export is no snapshot.</summary>
internal sealed class ExportAudience(Audiences audiences, InterestStore store)
{
    private const int PageSize = 500;

    /// <exception cref="StackExchange.Redis.RedisException">Redis is away.</exception>
    public async IAsyncEnumerable<AudienceMember> ListAsync(
        string category, double minRise, int limit, AudiencePosition? after, [EnumeratorCancellation] CancellationToken aborted)
    {
        while (limit > 0)
        {
            var page = await audiences.PageAsync(category, minRise, after, Math.Min(PageSize, limit));
            if (page.Count == 0) yield break;
            var interests = await store.ReadAsync([.. page.Select(user => user.UserId)]);
            foreach (var (user, update) in page.Zip(interests))
            {
                aborted.ThrowIfCancellationRequested();
                after = user;
                if (update?.rising.FirstOrDefault(shift => shift.category == category) is not { } shift)
                {
                    await audiences.RemoveAsync(category, user);
                    continue;
                }

                if (shift.delta < minRise || limit == 0) continue;
                limit--;
                var share = update.interests.FirstOrDefault(interest => interest.category == category);
                yield return new AudienceMember(
                    user.UserId, shift.delta, share?.current ?? 0, share?.next ?? 0, update.modelVersion, DateTimeOffset.FromUnixTimeMilliseconds(update.newestEventTime),
                    AudienceCursor.Of(user));
            }
        }
    }
}
