using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Driftline.Streaming;

/// <summary>The attributes of a CloudEvents 1.0 event in Kafka's binary content mode (headers <c>ce_*</c>).</summary>
/// <param name="Id">Unique within the source.</param>
/// <param name="Source">URI reference of the producer, e.g. <c>/driftline/ingestor</c>.</param>
/// <param name="Type">Reverse-DNS-like event type, e.g. <c>driftline.storefront.click</c>.</param>
public sealed record CloudEvent(string Id, string Source, string Type, DateTimeOffset Time)
{
    internal Headers ToHeaders() => new()
    {
        { "ce_specversion", "1.0"u8.ToArray() },
        { "ce_id", Encoding.UTF8.GetBytes(Id) },
        { "ce_source", Encoding.UTF8.GetBytes(Source) },
        { "ce_type", Encoding.UTF8.GetBytes(Type) },
        { "ce_time", Encoding.UTF8.GetBytes(Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)) },
        { "content-type", "application/avro"u8.ToArray() },
    };
}
