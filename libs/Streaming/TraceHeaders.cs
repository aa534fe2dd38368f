using System.Diagnostics;
using System.Text;
using Confluent.Kafka;

namespace Driftline.Streaming;

/// <summary>W3C trace context in Kafka headers.</summary>
public static class TraceHeaders
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    /// <summary>The context that a record carries; default if it has none or a malformed one.</summary>
    public static ActivityContext Extract(Headers headers) =>
        ActivityContext.TryParse(Text(headers, TraceParent), Text(headers, TraceState), isRemote: true, out var context) ? context : default;

    /// <summary>The context as a <c>traceparent</c>.</summary>
    public static string Format(ActivityContext context) => $"00-{context.TraceId}-{context.SpanId}-{(byte)context.TraceFlags:x2}";

    internal static void Inject(Headers headers, ActivityContext context)
    {
        if (context.TraceId == default) return;
        headers.Remove(TraceParent);
        headers.Remove(TraceState);
        headers.Add(TraceParent, Encoding.ASCII.GetBytes(Format(context)));
        if (context.TraceState is { Length: > 0 } state) headers.Add(TraceState, Encoding.ASCII.GetBytes(state));
    }

    private static string? Text(Headers headers, string name) =>
        headers.TryGetLastBytes(name, out var bytes) && bytes is not null ? Encoding.ASCII.GetString(bytes) : null;
}
