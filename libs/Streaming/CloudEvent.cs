using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Driftline.Streaming;

/// <summary>The attributes of a CloudEvents 1.0 event in Kafka's binary content mode (headers <c>ce_*</c>).</summary>
/// <param name="Id">Unique within the source.</param>
/// <param name="Source">URI reference of the producer, e.g. <c>/driftline/ingestor</c>; one of few.</param>
/// <param name="Type">Reverse-DNS-like event type, e.g. <c>driftline.storefront.click</c>; one of few.</param>
/// <param name="Subject">What the event is about, where that is not the record's key; null leaves it out.</param>
public sealed record CloudEvent(string Id, string Source, string Type, DateTimeOffset Time, string? Subject = null)
{
    private const string SubjectHeader = "ce_subject";

    private static readonly Header Version = new("ce_specversion", "1.0"u8.ToArray());
    private static readonly Header ContentType = new("content-type", "application/avro"u8.ToArray());

    /// <summary>Sources and types are few: their headers are made once.</summary>
    private static readonly ConcurrentDictionary<(string Name, string Text), Header> Known = new();

    /// <summary>The subject of a received record; null if it has none.</summary>
    public static string? SubjectOf(Headers headers) => headers.TryGetLastBytes(SubjectHeader, out var subject) && subject is not null ? Encoding.UTF8.GetString(subject) : null;

    internal Headers ToHeaders()
    {
        var headers = new Headers
        {
            Version,
            { "ce_id", Encoding.UTF8.GetBytes(Id) },
            Known.GetOrAdd(("ce_source", Source), Utf8),
            Known.GetOrAdd(("ce_type", Type), Utf8),
            { "ce_time", TimeBytes() },
            ContentType,
        };
        if (Subject is not null) headers.Add(SubjectHeader, Encoding.UTF8.GetBytes(Subject));
        return headers;
    }

    private byte[] TimeBytes()
    {
        var bytes = new byte["yyyy-MM-ddTHH:mm:ss.fffZ".Length];
        Time.UtcDateTime.TryFormat(bytes, out _, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return bytes;
    }

    private static Header Utf8((string Name, string Text) header) => new(header.Name, Encoding.UTF8.GetBytes(header.Text));
}
