using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Driftline.Streaming;

/// <summary>The attributes of a CloudEvents 1.0 event in Kafka's binary content mode (headers <c>ce_*</c>).</summary>
/// <param name="Id">Unique within the source.</param>
/// <param name="Source">URI reference of the producer, e.g. <c>/driftline/ingestor</c>.</param>
/// <param name="Type">Reverse-DNS-like event type, e.g. <c>driftline.storefront.click</c>.</param>
/// <param name="Subject">What the event is about, where that is not the record's key; null leaves it out.</param>
public sealed record CloudEvent(string Id, string Source, string Type, DateTimeOffset Time, string? Subject = null)
{
    private const string SubjectHeader = "ce_subject";

    /// <summary>The subject of a received record; null if it has none.</summary>
    public static string? SubjectOf(Headers headers) => headers.TryGetLastBytes(SubjectHeader, out var subject) && subject is not null ? Encoding.UTF8.GetString(subject) : null;

    internal Headers ToHeaders()
    {
        var headers = Required();
        if (Subject is not null) headers.Add(SubjectHeader, Encoding.UTF8.GetBytes(Subject));
        return headers;
    }

    private Headers Required() => new()
    {
        { "ce_specversion", "1.0"u8.ToArray() },
        { "ce_id", Encoding.UTF8.GetBytes(Id) },
        { "ce_source", Encoding.UTF8.GetBytes(Source) },
        { "ce_type", Encoding.UTF8.GetBytes(Type) },
        { "ce_time", Encoding.UTF8.GetBytes(Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)) },
        { "content-type", "application/avro"u8.ToArray() },
    };
}
