using Confluent.Kafka;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Ingestor;

/// <summary>
/// Sees catalogue changes through to <c>catalog.items</c>, in request order: of two changes of one item the later stays. Rejected items are
/// told to the caller and not kept: the catalogue is the caller's own, and can be sent again.
/// </summary>
internal sealed class ItemIntake(SendApart producer, AvroCodec codec, InFlight inFlight, IngestorMetrics metrics, TimeProvider time)
{
    private const string Source = "/driftline/ingestor";

    /// <summary>Returns once Kafka has acknowledged every item.</summary>
    /// <exception cref="UnavailableException">Some are not acknowledged; sending them again changes nothing for those that are.</exception>
    public Task<ItemResult[]> PutAsync(IReadOnlyList<ItemReading> readings) => CountAsync("put", readings.Count, async () =>
    {
        var changes = (await inFlight.WaitAsync(EncodeAsync(readings)))[0];
        inFlight.Reserve(changes.Count);
        var sent = new Queue<ItemResult>(changes.Count == 0 ? [] : (await inFlight.WaitAsync(SendAsync(changes, "item-updated")))[0]);
        return readings.Select(reading => reading.Rejection is { } rejection ? new ItemResult(reading.Id, ResultStatus.Rejected, rejection.Pointer, rejection.Reason) : sent.Dequeue()).ToArray();
    });

    /// <summary>Withdraws an item: a tombstone. Returns once Kafka has acknowledged it.</summary>
    /// <inheritdoc cref="PutAsync(IReadOnlyList{ItemReading})" path="/exception"/>
    public Task<ItemResult[]> DeleteAsync(string id) => CountAsync("delete", 1, async () =>
    {
        inFlight.Reserve(1);
        return (await inFlight.WaitAsync(SendAsync([new Change(id, "", null)], "item-withdrawn")))[0];
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
    private async Task<List<Change>> EncodeAsync(IReadOnlyList<ItemReading> readings)
    {
        var changes = new List<Change>(readings.Count);
        foreach (var reading in readings)
        {
            if (reading.Item is { } item) changes.Add(new Change(reading.Id!, reading.Pointer, await codec.EncodeAsync(Topics.CatalogItems.Name, item)));
        }

        return changes;
    }

    private async Task<ItemResult[]> SendAsync(IReadOnlyList<Change> changes, string type)
    {
        try
        {
            var now = time.GetUtcNow();
            var errors = await producer.DeliverAsync(Topics.CatalogItems.Name, [.. changes.Select(change => OutgoingRecord.Of(
                change.Id, change.Encoded, new CloudEvent(Guid.CreateVersion7(now).ToString(), Source, $"driftline.catalog.{type}", now)))]);
            if (errors.FirstOrDefault(error => error is not null && !SendApart.IsTooLarge(error)) is { } failure) throw new KafkaException(failure);
            return [.. changes.Zip(errors, (change, error) => error is null
                ? new ItemResult(change.Id, ResultStatus.Accepted)
                : new ItemResult(change.Id, ResultStatus.Rejected, change.Pointer, "is larger than the broker takes: send shorter texts"))]; // trying again would not help
        }
        finally
        {
            inFlight.Release(changes.Count);
        }
    }

    /// <summary>What an item becomes.</summary>
    /// <param name="Encoded">Null withdraws it.</param>
    private readonly record struct Change(string Id, string Pointer, byte[]? Encoded);
}
