using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avro.Generic;
using Driftline.Cli.Delivery;
using Driftline.Client;
using Driftline.Schemas;

namespace Driftline.Cli.Kafka;

/// <summary>A rejected record's original as the ingestor takes it.</summary>
internal static class OriginalEvent
{
    private const string NoObject = "is no JSON object: only its sender can put it right";

    /// <param name="decoded">The original, where it was on a topic and could be decoded.</param>
    /// <param name="set">Fields that replace the original's.</param>
    public static Element Read(RejectedRecord record, GenericRecord? decoded, IReadOnlyDictionary<string, JsonNode?> set)
    {
        var where = $"rejected {record.Place}";
        if (record.Original is not { } original) return Element.Unreadable(where, "was too large for the topic and was left out: only its sender has it");
        if (record.Topic == Topics.PrivacyErasures.Name) return Element.Unreadable(where, "is an erasure, no event: ask the ingestor for it again");
        if (record.Topic is not null && record.Topic != Topics.StorefrontEvents.Name) return Element.Unreadable(where, $"came from {record.Topic}: the stage before it makes it again, there is no event to send");
        if (record.Topic is not null && decoded is null) return Element.Unreadable(where, "is no event that can be decoded: only its producer can put it right");
        try
        {
            if (decoded is not null && ((GenericRecord)decoded["payload"]).Schema.Name == nameof(driftline.events.SessionMerged))
                return Element.Unreadable(where, "is a merge of a session, no event: ask the ingestor for it again");
            return (decoded is null ? JsonNode.Parse(original) as JsonObject : FromAvro(decoded)) is { } json
                ? Sendable(where, record, json, set) : Element.Unreadable(where, NoObject);
        }
        catch (JsonException)
        {
            return Element.Unreadable(where, NoObject); // cut off, or never JSON
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or InvalidCastException or KeyNotFoundException or Avro.AvroException)
        {
            return Element.Unreadable(where, $"holds what no event can, such as half of a letter or a time that is none ({e.Message}): only its sender can put it right");
        }
    }

    private static Element Sendable(string where, RejectedRecord record, JsonObject json, IReadOnlyDictionary<string, JsonNode?> set)
    {
        if (set.ContainsKey("eventTime")) json.Remove("sentAt"); // the sender's clock says nothing of a time that another states
        foreach (var (name, value) in set) json[name] = value?.DeepClone();
        KeepItsTime(json, record.Time);
        // The place is the record's own for good, so that sending it again is still the same event.
        if (Text(json, "eventId") is null) json["eventId"] = string.Create(CultureInfo.InvariantCulture, $"rejected-{record.Partition}-{record.Offset}");
        return new Element(where, JsonSerializer.SerializeToUtf8Bytes(json, CliJson.Default.JsonObject));
    }

    /// <summary>What makes two originals the same event; null where that cannot be said.</summary>
    public static (string User, string Event)? Identity(Element element)
    {
        if (element.Json is null || JsonNode.Parse(element.Json) is not JsonObject json) return null;
        return Text(json, "userId") is { } user && Text(json, "eventId") is { } id ? (user, id) : null;
    }

    /// <summary>The ingestor reckons from when a request comes in; this one came in when it was refused.</summary>
    private static void KeepItsTime(JsonObject json, DateTimeOffset refused)
    {
        var (stated, sent) = (Time(json, "eventTime"), Time(json, "sentAt"));
        if ((json["eventTime"] is not null && stated is null) || (json["sentAt"] is not null && sent is null)) return; // it is what is wrong
        json["eventTime"] = (stated is null ? refused : sent is null ? stated.Value : refused - (sent.Value - stated.Value)).UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        json.Remove("sentAt");
    }

    private static JsonObject FromAvro(GenericRecord record)
    {
        var payload = (GenericRecord)record["payload"];
        var json = new JsonObject
        {
            ["eventId"] = (string)record["eventId"],
            ["eventType"] = payload.Schema.Name switch { "Click" => EventTypes.Click, "AddToCart" => EventTypes.AddToCart, "Purchase" => EventTypes.Purchase, "Review" => EventTypes.Review, "Impression" => EventTypes.Impression, var other => other },
            ["userId"] = (string)record["userId"],
            ["eventTime"] = DateTimeOffset.FromUnixTimeMilliseconds((long)record["eventTime"]).UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        };
        foreach (var name in (string[])["sessionId", "attributionToken", "attributes"]) Copy(record, name, json, name);
        foreach (var name in (string[])["items", "currency", "rating"]) Copy(payload, name, json, name);
        Copy(payload, "text", json, "reviewText");
        return json;
    }

    private static void Copy(GenericRecord from, string field, JsonObject to, string name)
    {
        if (!from.TryGetValue(field, out var value) || value is null) return;
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes)) AvroJson.Write(json, value);
        to[name] = JsonNode.Parse(bytes.ToArray());
    }

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;

    // As the ingestor reads it: one without a time zone would become another time.
    private static DateTimeOffset? Time(JsonObject json, string name) =>
        Text(json, name) is not null && JsonElement.Parse(json[name]!.ToJsonString()) is var value && value.TryGetDateTime(out var local) && local.Kind != DateTimeKind.Unspecified && value.TryGetDateTimeOffset(out var time)
            ? time : null;
}
