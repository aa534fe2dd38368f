using driftline.events;
using Driftline.Schemas;
using Driftline.Streaming;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Driftline.Ingestor;

/// <summary>
/// Ready when what this service sends can be encoded, which is when the registry holds its schemas. It does not ask whether the broker can
/// be reached: that is answered request by request, with 503. After the first success the schemas are cached and the registry may go away.
/// </summary>
internal sealed class ProducerReady(AvroCodec codec) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await codec.EncodeAsync(Topics.StorefrontEvents.Name, new StorefrontEvent
            {
                eventId = "",
                userId = "",
                payload = new Click { items = [] },
                attributes = new Dictionary<string, string>(),
            }).AsTask().WaitAsync(cancellationToken);
            await codec.EncodeAsync(Topics.CatalogItems.Name, new CatalogItem
            {
                itemId = "",
                title = "",
                categories = [],
                kind = ItemReader.ProductKind,
                attributes = new Dictionary<string, string>(),
            }).AsTask().WaitAsync(cancellationToken);
            await codec.EncodeAsync(Topics.PrivacyErasures.Name, new ErasureRequested { erasureId = "", userId = "" }).AsTask().WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy(
                $"the Schema Registry does not know {Topics.StorefrontEvents.Subject}, {Topics.CatalogItems.Subject} or {Topics.PrivacyErasures.Subject} in this version: register schemas/*.avsc ({e.Message})", e);
        }
    }
}
