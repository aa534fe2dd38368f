using driftline.events;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Ingestor;

/// <summary>Sees erasures through to <c>privacy.erasures</c>. Which stage erases what is theirs to know.</summary>
internal sealed class ErasureIntake(RequestIntake intake, IngestorMetrics metrics, TimeProvider time)
{
    /// <summary>Returns once Kafka has acknowledged the request.</summary>
    /// <exception cref="UnavailableException">It is not acknowledged; asking again makes another erasure, which is harmless.</exception>
    public async Task<ErasureResult> EraseAsync(string userId)
    {
        try
        {
            var now = time.GetUtcNow();
            var id = Guid.CreateVersion7(now).ToString();
            await intake.SendAsync(
                Topics.PrivacyErasures.Name, userId, new ErasureRequested { erasureId = id, userId = userId, requestedAt = now.ToUnixTimeMilliseconds() },
                new CloudEvent(id, RequestIntake.Source, "driftline.privacy.erasure-requested", now));
            metrics.Erasure("accepted");
            return new ErasureResult(id, now);
        }
        catch (UnavailableException)
        {
            metrics.Erasure(IngestorMetrics.Unavailable);
            throw;
        }
    }
}
