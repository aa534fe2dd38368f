using System.Runtime.InteropServices;
using System.Text.Json;
using driftline.events;
using Driftline.Hosting;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor;

/// <summary>What one element of the request says: an event, or why it is none.</summary>
/// <param name="Pointer">Where the element is in the request body.</param>
/// <param name="EventId">As sent; null if it cannot be read.</param>
/// <param name="UserId">As sent, or its pseudonym; null if it cannot be read.</param>
/// <param name="Type">The canonical event type; null if it cannot be read.</param>
/// <param name="Event">Null if the element is rejected.</param>
/// <param name="Rejection">Null if it is an event.</param>
/// <param name="Original">The element's bytes if it is rejected, with the user's pseudonym where these are on, cut off at the largest size that an element may have.</param>
/// <param name="Consent">False if the element says so, or says something that is neither true nor false: nothing of it is kept, not even as rejected.</param>
internal sealed record EventReading(
    string Pointer, string? EventId, string? UserId, string? Type, StorefrontEvent? Event, Rejection? Rejection, byte[] Original, bool Consent = true)
{
    /// <summary>The field of the API that is at fault, without what is below it; <c>element</c> for the element as a whole.</summary>
    public string Field => Rejection?.Pointer[Pointer.Length..].Split('/', 3) is [_, var name, ..] ? name : "element";
}

/// <summary>Reads and checks events. Only the fields that an event's type has are looked at; everything else is ignored.</summary>
internal sealed class EventReader(IOptions<IngestorOptions> options, Pseudonyms pseudonyms)
{
    private readonly IngestorOptions _options = options.Value;

    /// <param name="pointer">Where the element is in the request body: empty for a single object, else <c>/index</c>.</param>
    /// <param name="receivedAt">When the request came in.</param>
    public EventReading Read(JsonElement element, string pointer, DateTimeOffset receivedAt)
    {
        var reading = ReadAny(element, pointer, receivedAt);
        if (reading.Original.Length == 0) return reading;
        var raw = JsonMarshal.GetRawUtf8Value(element);
        if (WithholdsConsent(raw)) return reading with { UserId = null, Original = [], Consent = false }; // events in an envelope that is none, say
        return pseudonyms.AreOn ? reading with { Original = Cut(PseudonymousElement.Of(raw, pseudonyms)) } : reading;
    }

    private EventReading ReadAny(JsonElement element, string pointer, DateTimeOffset receivedAt)
    {
        var raw = JsonMarshal.GetRawUtf8Value(element);
        var faults = new Faults();
        if (element.ValueKind == JsonValueKind.Object) return Read(new Fields(element, pointer, faults), faults, pointer, raw, receivedAt);
        faults.Add(pointer, $"must be an event object, not {Fields.Kind(element)}");
        return Rejected(pointer, null, null, null, faults, raw);
    }

    /// <summary>Whether anything in a refused element says <c>"consent":false</c>.</summary>
    private static bool WithholdsConsent(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, Nesting.Any);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && IsConsent(in reader) && reader.Read() && reader.TokenType == JsonTokenType.False) return true;
        }

        return false;

        static bool IsConsent(in Utf8JsonReader reader)
        {
            try
            {
                return reader.ValueTextEquals("consent"u8);
            }
            catch (InvalidOperationException)
            {
                return false; // a name with half a surrogate pair
            }
        }
    }

    private EventReading Read(Fields fields, Faults faults, string pointer, ReadOnlySpan<byte> raw, DateTimeOffset receivedAt)
    {
        if (fields.Flag("consent") is { } consent ? !consent : faults.First is not null) return WithoutConsent(fields, faults, pointer);
        if (raw.Length > _options.MaxElementBytes)
            faults.Add(pointer, $"is {raw.Length} bytes long: at most {_options.MaxElementBytes} are taken for one event");
        if (Nesting.Exceeds(raw, _options.MaxJsonDepth)) faults.Add(pointer, $"nests more than {_options.MaxJsonDepth} levels of objects and arrays: at most {_options.MaxJsonDepth} are taken");
        var eventId = fields.RequiredText("eventId", _options.MaxIdChars);
        var sessionId = fields.Text("sessionId", _options.MaxIdChars);
        var userId = fields.Text("userId", _options.MaxIdChars)
            ?? (sessionId is null ? fields.Fault<string>("userId", "'userId' is required: give a string, or a sessionId where the shopper is not known yet") ?? "" : AnonymousUsers.IdOf(sessionId));
        if (userId.Length > 0) userId = pseudonyms.Of(userId);
        var type = Type(fields);
        var eventTime = EventTime(fields, receivedAt);
        var items = fields.RequiredObjects("items", _options.MaxEventItems, Item);
        var payload = Payload(fields, type, items);
        var token = fields.Text("attributionToken", _options.MaxTokenChars);
        var attributes = fields.Map("attributes", _options.MaxAttributes, _options.MaxNameChars);
        if (faults.First is not null) return Rejected(pointer, eventId, userId, type, faults, raw);
        var read = new StorefrontEvent
        {
            eventId = eventId,
            userId = userId,
            sessionId = sessionId,
            eventTime = eventTime,
            receivedAt = receivedAt.ToUnixTimeMilliseconds(),
            payload = payload,
            attributionToken = token,
            attributes = attributes,
        };
        return new EventReading(pointer, eventId, userId, type, read, null, []);
    }

    /// <summary>Only what the answer and the count need is looked at; a fault of anything but consent itself does not matter.</summary>
    private EventReading WithoutConsent(Fields fields, Faults faults, string pointer)
    {
        var rejection = faults.First;
        var (eventId, type) = (fields.RequiredText("eventId", _options.MaxIdChars), Type(fields));
        return new EventReading(pointer, Known(eventId), null, type, null, rejection, [], Consent: false);
    }

    private string? Type(Fields fields)
    {
        var name = fields.RequiredText("eventType", _options.MaxNameChars);
        return EventTypes.Names.TryGetValue(name, out var type)
            ? type
            : fields.Fault<string>("eventType", $"is not known: use one of {string.Join(", ", EventTypes.Names.Keys.Order(StringComparer.Ordinal))}");
    }

    /// <summary>
    /// Corrects the sender's clock: what it says has passed between the event and the sending is right even where its clock is not, so
    /// the event happened that long before it was received.
    /// </summary>
    /// <returns>Milliseconds since the Unix epoch.</returns>
    private long EventTime(Fields fields, DateTimeOffset receivedAt)
    {
        var stated = fields.Time("eventTime");
        var sentAt = fields.Time("sentAt");
        var received = receivedAt.ToUnixTimeMilliseconds();
        if (stated is null) return received;
        var time = sentAt is null ? stated.Value.ToUnixTimeMilliseconds() : received - (sentAt.Value - stated.Value).Ticks / TimeSpan.TicksPerMillisecond;
        var age = TimeSpan.FromMilliseconds(received - time);
        if (age > _options.MaxLateness)
            return fields.Fault<long>("eventTime", $"is {Words(age)} in the past: at most {Words(_options.MaxLateness)} are taken. {ClockAdvice(sentAt)}");
        return -age > _options.MaxFuture
            ? fields.Fault<long>("eventTime", $"is {Words(-age)} in the future: at most {Words(_options.MaxFuture)} are taken. {ClockAdvice(sentAt)}")
            : time;
    }

    private static string ClockAdvice(DateTimeOffset? sentAt) => sentAt is null
        ? "If the sender's clock may be wrong, send sentAt from the same clock"
        : "It was corrected by sentAt: take both times from the same clock";

    private EventItem Item(Fields fields) => new()
    {
        itemId = fields.RequiredText("itemId", _options.MaxIdChars),
        quantity = fields.Integer("quantity", 1, int.MaxValue, "give a whole number of at least 1") ?? 1,
        price = fields.Number("price", 0, double.MaxValue, "give a unit price of at least 0"),
    };

    private object? Payload(Fields fields, string? type, List<EventItem> items) => type switch
    {
        EventTypes.Click => new Click { items = items },
        EventTypes.Impression => new Impression { items = items },
        EventTypes.AddToCart => new AddToCart { items = items, currency = fields.Currency("currency") },
        EventTypes.Purchase => new Purchase { items = items, currency = fields.Currency("currency") },
        EventTypes.Review => new Review { items = items, rating = Rating(fields), text = fields.Text("reviewText", _options.MaxTextChars) },
        _ => null,
    };

    private static double Rating(Fields fields) => fields.Number("rating", 1, 5, "give a rating from 1 to 5")
        ?? fields.Fault<double>("rating", "'rating' is required for a review: give a number from 1 to 5");

    private EventReading Rejected(string pointer, string? eventId, string? userId, string? type, Faults faults, ReadOnlySpan<byte> raw) =>
        new(pointer, Known(eventId), Known(userId), type, null, faults.First, Cut(raw));

    private byte[] Cut(ReadOnlySpan<byte> raw) => raw[..Math.Min(raw.Length, _options.MaxElementBytes)].ToArray();

    private static string? Known(string? id) => id is { Length: > 0 } ? id : null;

    private static string Words(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => $"{span.TotalDays:0.#} days",
        { TotalHours: >= 2 } => $"{span.TotalHours:0.#} hours",
        { TotalMinutes: >= 2 } => $"{span.TotalMinutes:0.#} minutes",
        _ => $"{span.TotalSeconds:0.###} seconds",
    };
}
