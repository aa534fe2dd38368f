using Confluent.Kafka;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Ingestor;

/// <summary>
/// Sees the elements of a request through: events to <c>storefront.events</c>, rejected elements to <c>storefront.events.rejected</c>. Records of
/// one request leave in request order, so a user's events keep theirs.
/// </summary>
internal sealed class EventIntake(
    RecordProducer producer, AvroCodec codec, DeadLetters deadLetters, RecentEvents recent, InFlight inFlight, IngestorMetrics metrics)
{
    private const string Source = "/driftline/ingestor";

    /// <summary>Returns once Kafka has acknowledged every event and every rejected element.</summary>
    /// <exception cref="UnavailableException">Some are not acknowledged; those that are will be duplicates when they come again.</exception>
    public async Task<EventResult[]> TakeAsync(IReadOnlyList<EventReading> readings)
    {
        try
        {
            var encoded = (await inFlight.WaitAsync(EncodeAsync(readings)))[0];
            inFlight.Reserve(readings.Count);
            var results = await inFlight.WaitAsync(readings.Zip(encoded, SettleAsync).ToArray());
            for (var i = 0; i < results.Length; i++) metrics.Event(readings[i].Type, results[i].Status);
            return results;
        }
        catch (UnavailableException)
        {
            foreach (var reading in readings) metrics.Event(reading.Type, IngestorMetrics.Unavailable);
            throw;
        }
    }

    /// <summary>All before the first is sent: encoding may wait for the registry, and what waits would be overtaken.</summary>
    private async Task<byte[][]> EncodeAsync(IReadOnlyList<EventReading> readings)
    {
        var encoded = new byte[readings.Count][];
        for (var i = 0; i < encoded.Length; i++)
            encoded[i] = readings[i].Event is { } read ? await codec.EncodeAsync(Topics.StorefrontEvents.Name, read) : readings[i].Original;
        return encoded;
    }

    private async Task<EventResult> SettleAsync(EventReading reading, byte[] encoded)
    {
        try
        {
            if (!reading.Consent) return NotStored(reading);
            return reading.Event is null ? await RejectAsync(reading, reading.Rejection!, reading.Field) : await SendAsync(reading, encoded);
        }
        finally
        {
            inFlight.Release();
        }
    }

    private static EventResult NotStored(EventReading reading) => reading.Rejection is { } rejection
        ? new EventResult(reading.EventId, ResultStatus.Rejected, rejection.Pointer, rejection.Reason)
        : new EventResult(reading.EventId, ResultStatus.NotStored);

    private async Task<EventResult> SendAsync(EventReading reading, byte[] encoded)
    {
        var (id, user) = (reading.EventId!, reading.UserId!);
        var pair = RecentEvents.Hash(user, id);
        if (recent.Claim(pair) is { } twin)
        {
            return await twin
                ? new EventResult(id, ResultStatus.Duplicate)
                : throw new UnavailableException("another request with the same event could not be sent");
        }

        var acknowledged = false;
        try
        {
            var attributes = new CloudEvent(
                id, Source, $"driftline.storefront.{reading.Type}", DateTimeOffset.FromUnixTimeMilliseconds(reading.Event!.eventTime));
            await producer.SendEncodedAsync(Topics.StorefrontEvents.Name, user, encoded, attributes);
            acknowledged = true;
            return new EventResult(id, ResultStatus.Accepted);
        }
        catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.MsgSizeTooLarge)
        {
            return await RejectAsync(reading, new Rejection(reading.Pointer, "is larger than the broker takes: send fewer items or shorter texts"), "too_large");
        }
        finally
        {
            recent.Settle(pair, acknowledged);
        }
    }

    private async Task<EventResult> RejectAsync(EventReading reading, Rejection rejection, string kind)
    {
        await deadLetters.SendAsync(reading.UserId, reading.Original, $"{rejection.Pointer} {rejection.Reason}".TrimStart(), kind);
        return new EventResult(reading.EventId, ResultStatus.Rejected, rejection.Pointer, rejection.Reason);
    }
}
