using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Driftline.Sequences;
using Driftline.Storefront;

namespace Driftline.Local;

/// <summary>One event of a replay: what is sent, and what it must become.</summary>
/// <param name="Time">Milliseconds since the Unix epoch, after any shift.</param>
/// <param name="Attributes">Of the user.</param>
public sealed record ReplayEvent(string EventId, long Time, ImportEvent Source, IReadOnlyDictionary<string, string>? Attributes = null)
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("eventId", EventId);
        json.WriteString("eventType", Source.EventType);
        json.WriteString("userId", Source.UserId);
        json.WriteString("eventTime", DateTimeOffset.FromUnixTimeMilliseconds(Time).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WriteStartArray("items");
        json.WriteStartObject();
        json.WriteString("itemId", Source.ItemId);
        if (Source.Quantity is { } quantity) json.WriteNumber("quantity", quantity);
        if (Source.Price is { } price) json.WriteNumber("price", price);
        json.WriteEndObject();
        json.WriteEndArray();
        if (Source.EventType == "review")
        {
            json.WriteNumber("rating", Source.Rating!.Value);
            if (Source.ReviewText is { } text) json.WriteString("reviewText", text);
        }

        if (Attributes is not null)
        {
            json.WriteStartObject("attributes");
            foreach (var (name, value) in Attributes) json.WriteString(name, value);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>The sequence entry that the event must become; null for an impression, which is no part of a sequence.</summary>
    public SequenceEntry? ToEntry()
    {
        if (Source.EventType == "impression") return null;
        var type = Source.EventType switch
        {
            "add-to-cart" => SequenceEventType.AddToCart,
            "purchase" => SequenceEventType.Purchase,
            "review" => SequenceEventType.Review,
            _ => SequenceEventType.Click,
        };
        var weight = type == SequenceEventType.Review ? Math.Round(Source.Rating!.Value) : Math.Clamp(Source.Quantity ?? 1, 1, 255);
        return new SequenceEntry(Time, PackedMember.HashEventId(EventId), type, (byte)weight, PriceBands.Of(Source.Price), Source.ItemId);
    }

    /// <summary>The event as the ingestor reads it.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(stream, Compact)) WriteJson(json);
        return stream.ToArray();
    }

    /// <summary>An array of events as the ingestor reads it.</summary>
    public static byte[] ToJson(IReadOnlyList<ReplayEvent> events)
    {
        using var stream = new MemoryStream(events.Count * 256);
        using (var json = new Utf8JsonWriter(stream, Compact))
        {
            json.WriteStartArray();
            foreach (var one in events) one.WriteJson(json);
            json.WriteEndArray();
        }

        return stream.ToArray();
    }
}

/// <summary>Events to replay and what a person should be told about their times.</summary>
public sealed record ReplayPlan(IReadOnlyList<ReplayEvent> Events, string TimeNote)
{
    /// <summary>Shifts all times by the same amount so that the newest is now; the gaps stay as they were.</summary>
    /// <param name="users">Attributes by user id; each event carries its user's.</param>
    /// <param name="source">Part of every event id, with the time of the plan: sending it again sends the same ids, and another plan's events, which have other times, are others.</param>
    public static ReplayPlan Shifted(
        IReadOnlyList<ImportEvent> events, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> users, string source, DateTimeOffset now)
    {
        if (events.Count == 0) return new ReplayPlan([], "there are no events");
        var shift = now - events[^1].EventTime;
        var span = events[^1].EventTime - events[0].EventTime;
        var planned = events.Select((one, i) => new ReplayEvent(
            string.Create(CultureInfo.InvariantCulture, $"{source}-{now.ToUnixTimeMilliseconds()}-{i}"), (one.EventTime + shift).ToUnixTimeMilliseconds(), one, users.GetValueOrDefault(one.UserId))).ToList();
        return new ReplayPlan(planned, string.Create(
            CultureInfo.InvariantCulture,
            $"times are shifted so that the newest is now; gaps are kept ({span.TotalDays:F0} days from first to last), so the lateness limit is off"));
    }
}
