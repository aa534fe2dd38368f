using driftline.events;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Ingestor;

/// <summary>Sees erasures through to <c>privacy.erasures</c>. Which stage erases what is theirs to know.</summary>
internal sealed class ErasureIntake(RecordProducer producer, AvroCodec codec, InFlight inFlight, IngestorMetrics metrics, TimeProvider time)
{
    private const string Source = "/driftline/ingestor";

    /// <summary>Returns once Kafka has acknowledged the request.</summary>
    /// <exception cref="UnavailableException">It is not acknowledged; asking again makes another erasure, which is harmless.</exception>
    public async Task<ErasureResult> EraseAsync(string userId)
    {
        try
        {
            var now = time.GetUtcNow();
            var id = Guid.CreateVersion7(now).ToString();
            var request = new ErasureRequested { erasureId = id, userId = userId, requestedAt = now.ToUnixTimeMilliseconds() };
            inFlight.Reserve(1);
            await inFlight.WaitAsync(SendAsync(request, now));
            metrics.Erasure("accepted");
            return new ErasureResult(id, now);
        }
        catch (UnavailableException)
        {
            metrics.Erasure(IngestorMetrics.Unavailable);
            throw;
        }
    }

    private async Task<bool> SendAsync(ErasureRequested request, DateTimeOffset now)
    {
        try
        {
            var encoded = await codec.EncodeAsync(Topics.PrivacyErasures.Name, request);
            await producer.SendEncodedAsync(Topics.PrivacyErasures.Name, request.userId, encoded, new CloudEvent(request.erasureId, Source, "driftline.privacy.erasure-requested", now));
            return true;
        }
        finally
        {
            inFlight.Release();
        }
    }
}
