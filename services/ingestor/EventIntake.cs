using Confluent.Kafka;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Ingestor;

/// <summary>
/// Sees the elements of a request through: events to <c>storefront.events</c>, rejected elements to <c>storefront.events.rejected</c>. Records of
/// one request leave in request order, so a user's events keep theirs.
/// </summary>
internal sealed class EventIntake(
    SendApart producer, AvroCodec codec, DeadLetters deadLetters, RecentEvents recent, InFlight inFlight, IngestorMetrics metrics)
{
    private const string Source = "/driftline/ingestor";

    /// <summary>Returns once Kafka has acknowledged every event and every rejected element.</summary>
    /// <param name="replay">Whether events go on that were accepted before: a later stage has refused them, and now they may pass.</param>
    /// <exception cref="UnavailableException">Some are not acknowledged; those that are will be duplicates when they come again.</exception>
    public async Task<EventResult[]> TakeAsync(IReadOnlyList<EventReading> readings, bool replay = false)
    {
        try
        {
            var encoded = (await inFlight.WaitAsync(EncodeAsync(readings)))[0];
            inFlight.Reserve(readings.Count);
            var results = new EventResult[readings.Count];
            foreach (var some in await inFlight.WaitAsync(Settle(readings, encoded, replay)))
                foreach (var (place, result) in some) results[place] = result!;
            foreach (var ((type, status), count) in readings.Zip(results).CountBy(pair => (pair.First.Type, pair.Second.Status))) metrics.Events(type, status, count);
            return results;
        }
        catch (UnavailableException)
        {
            foreach (var (type, count) in readings.CountBy(reading => reading.Type ?? IngestorMetrics.UnknownType)) metrics.Events(type, IngestorMetrics.Unavailable, count);
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

    /// <summary>Starts what each element asks for: all that are new leave together.</summary>
    private Task<Settled[]>[] Settle(IReadOnlyList<EventReading> readings, byte[][] encoded, bool replay)
    {
        var settling = new List<Task<Settled[]>>();
        var sendings = new List<Sending>(readings.Count);
        for (var i = 0; i < encoded.Length; i++)
        {
            var reading = readings[i];
            if (!reading.Consent) settling.Add(OneAsync(i, Task.FromResult(NotStored(reading))));
            else if (reading.Event is null) settling.Add(OneAsync(i, RejectAsync(reading, reading.Rejection!, reading.Field)));
            else if (replay) sendings.Add(new Sending(i, reading, null, encoded[i]));
            else if (RecentEvents.Hash(reading.UserId!, reading.EventId!) is var pair && recent.Claim(pair) is { } twin) settling.Add(OneAsync(i, RepeatedAsync(reading, twin)));
            else sendings.Add(new Sending(i, reading, pair, encoded[i]));
        }

        if (sendings.Count > 0) settling.Add(SendAsync(sendings));
        return [.. settling];
    }

    private async Task<Settled[]> OneAsync(int place, Task<EventResult> settling)
    {
        try
        {
            return [new Settled(place, await settling)];
        }
        finally
        {
            inFlight.Release();
        }
    }

    private static EventResult NotStored(EventReading reading) => reading.Rejection is { } rejection
        ? Rejected(reading, rejection)
        : new EventResult(reading.EventId, ResultStatus.NotStored);

    private static async Task<EventResult> RepeatedAsync(EventReading reading, Task<ResultStatus?> twin) => await twin switch
    {
        ResultStatus.Accepted => new EventResult(reading.EventId, ResultStatus.Duplicate),
        ResultStatus.Rejected => Rejected(reading, TooLarge(reading)), // kept once already
        _ => throw new UnavailableException("another request with the same event could not be sent"),
    };

    private async Task<Settled[]> SendAsync(List<Sending> sendings)
    {
        var settled = new Settled[sendings.Count];
        try
        {
            var errors = await producer.DeliverAsync(Topics.StorefrontEvents.Name, sendings.ConvertAll(sending => sending.ToRecord()));
            for (var i = 0; i < settled.Length; i++)
            {
                var (place, reading, _, _) = sendings[i];
                if (errors[i] is null) settled[i] = new Settled(place, new EventResult(reading.EventId, ResultStatus.Accepted));
                else if (SendApart.IsTooLarge(errors[i])) settled[i] = new Settled(place, await RejectAsync(reading, TooLarge(reading), "too_large", sendings[i].Encoded));
            }

            return errors.FirstOrDefault(error => error is not null && !SendApart.IsTooLarge(error)) is { } failure ? throw new KafkaException(failure) : settled;
        }
        finally
        {
            for (var i = 0; i < settled.Length; i++)
                if (sendings[i].Pair is { } pair) recent.Settle(pair, settled[i].Result?.Status);
            inFlight.Release(settled.Length);
        }
    }

    private static EventResult Rejected(EventReading reading, Rejection rejection) => new(reading.EventId, ResultStatus.Rejected, rejection.Pointer, rejection.Reason);

    private static Rejection TooLarge(EventReading reading) => new(reading.Pointer, "is larger than the broker takes: send fewer items or shorter texts");

    /// <param name="encoded">The event as it is on <c>storefront.events</c>, where it was to be there; else the element as it came is kept.</param>
    private async Task<EventResult> RejectAsync(EventReading reading, Rejection rejection, string kind, byte[]? encoded = null)
    {
        await deadLetters.SendAsync(
            reading.UserId, encoded ?? reading.Original, $"{rejection.Pointer} {rejection.Reason}".TrimStart(), kind, encoded is null ? null : Topics.StorefrontEvents.Name);
        return Rejected(reading, rejection);
    }

    /// <summary>What became of the element at a place of the request.</summary>
    private readonly record struct Settled(int Place, EventResult? Result);

    /// <summary>An event on its way, whose pair is claimed; null for one that is replayed.</summary>
    private readonly record struct Sending(int Place, EventReading Reading, UInt128? Pair, byte[] Encoded)
    {
        public OutgoingRecord ToRecord() => OutgoingRecord.Of(Reading.UserId!, Encoded, new CloudEvent(
            Reading.EventId!, Source, $"driftline.storefront.{Reading.Type}", DateTimeOffset.FromUnixTimeMilliseconds(Reading.Event!.eventTime)));
    }
}
