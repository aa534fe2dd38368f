using driftline.events;
using Driftline.Hosting;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Ingestor;

/// <summary>
/// Sees merges of sessions through to <c>storefront.events</c>, under the session's own key: so they stay in the order of its events, and a replay of the topic holds them.
/// </summary>
internal sealed class MergeIntake(RequestIntake intake, Pseudonyms pseudonyms, IngestorMetrics metrics, TimeProvider time)
{
    /// <summary>Returns once Kafka has acknowledged the request.</summary>
    /// <param name="userId">As asked, before pseudonyms.</param>
    /// <exception cref="UnavailableException">It is not acknowledged; asking again is harmless.</exception>
    public async Task<MergeResult> MergeAsync(string userId, string sessionId)
    {
        try
        {
            var now = time.GetUtcNow();
            var id = Guid.CreateVersion7(now).ToString();
            var anonymous = pseudonyms.Of(AnonymousUsers.IdOf(sessionId));
            var merge = new StorefrontEvent
            {
                eventId = id,
                userId = anonymous,
                sessionId = sessionId,
                eventTime = now.ToUnixTimeMilliseconds(),
                receivedAt = now.ToUnixTimeMilliseconds(),
                payload = new SessionMerged { intoUserId = pseudonyms.Of(userId) },
                attributes = new Dictionary<string, string>(),
            };
            await intake.SendAsync(Topics.StorefrontEvents.Name, anonymous, merge, new CloudEvent(id, RequestIntake.Source, "driftline.storefront.session-merged", now));
            metrics.Merge("accepted");
            return new MergeResult(anonymous, now);
        }
        catch (UnavailableException)
        {
            metrics.Merge(IngestorMetrics.Unavailable);
            throw;
        }
    }
}
