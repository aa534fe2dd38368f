using Confluent.Kafka;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Ingestor;

/// <summary>
/// Sees catalogue changes through to <c>catalog.items</c>, in request order: of two changes of one item the later stays. Rejected items are
/// told to the caller and not kept: the catalogue is the caller's own, and can be sent again.
/// </summary>
internal sealed class ItemIntake(RecordProducer producer, AvroCodec codec, InFlight inFlight, IngestorMetrics metrics, TimeProvider time)
{
    private const string Source = "/driftline/ingestor";

    /// <summary>Returns once Kafka has acknowledged every item.</summary>
    /// <exception cref="UnavailableException">Some are not acknowledged; sending them again changes nothing for those that are.</exception>
    public Task<ItemResult[]> PutAsync(IReadOnlyList<ItemReading> readings) => CountAsync("put", readings.Count, async () =>
    {
        var encoded = (await inFlight.WaitAsync(EncodeAsync(readings)))[0];
        inFlight.Reserve(readings.Count);
        return await inFlight.WaitAsync(readings.Zip(encoded, PutAsync).ToArray());
    });

    /// <summary>Withdraws an item: a tombstone. Returns once Kafka has acknowledged it.</summary>
    /// <inheritdoc cref="PutAsync(IReadOnlyList{ItemReading})" path="/exception"/>
    public Task<ItemResult[]> DeleteAsync(string id) => CountAsync("delete", 1, () =>
    {
        inFlight.Reserve(1);
        return inFlight.WaitAsync(SendAsync(id, null, "item-withdrawn"));
    });

    private async Task<ItemResult[]> CountAsync(string operation, int count, Func<Task<ItemResult[]>> take)
    {
        try
        {
            var results = await take();
            foreach (var group in results.GroupBy(result => result.Status)) metrics.Items(operation, IngestorMetrics.Name(group.Key), group.Count());
            return results;
        }
        catch (UnavailableException)
        {
            metrics.Items(operation, IngestorMetrics.Unavailable, count);
            throw;
        }
    }

    /// <summary>All before the first is sent: encoding may wait for the registry, and what waits would be overtaken.</summary>
    private async Task<byte[]?[]> EncodeAsync(IReadOnlyList<ItemReading> readings)
    {
        var encoded = new byte[readings.Count][];
        for (var i = 0; i < encoded.Length; i++)
        {
            if (readings[i].Item is { } item) encoded[i] = await codec.EncodeAsync(Topics.CatalogItems.Name, item);
        }

        return encoded;
    }

    private Task<ItemResult> PutAsync(ItemReading reading, byte[]? encoded)
    {
        if (encoded is not null) return SendAsync(reading.Id!, encoded, "item-updated", reading.Pointer);
        inFlight.Release();
        return Task.FromResult(new ItemResult(reading.Id, ResultStatus.Rejected, reading.Rejection!.Pointer, reading.Rejection.Reason));
    }

    private async Task<ItemResult> SendAsync(string id, byte[]? encoded, string type, string pointer = "")
    {
        try
        {
            var now = time.GetUtcNow();
            await producer.SendAsync(Topics.CatalogItems.Name, OutgoingRecord.Of(id, encoded, new CloudEvent(Guid.CreateVersion7(now).ToString(), Source, $"driftline.catalog.{type}", now)));
            return new ItemResult(id, ResultStatus.Accepted);
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.MsgSizeTooLarge) // trying again would not help
        {
            return new ItemResult(id, ResultStatus.Rejected, pointer, "is larger than the broker takes: send shorter texts");
        }
        finally
        {
            inFlight.Release();
        }
    }
}
