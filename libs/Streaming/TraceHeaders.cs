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

    /// <summary>The headers that carry a context; none for no context. They may go into any number of records.</summary>
    internal static IReadOnlyList<Header> Of(ActivityContext context)
    {
        if (context.TraceId == default) return [];
        var parent = new Header(TraceParent, Encoding.ASCII.GetBytes(Format(context)));
        return context.TraceState is { Length: > 0 } state ? [parent, new Header(TraceState, Encoding.ASCII.GetBytes(state))] : [parent];
    }

    /// <summary>Puts what <see cref="Of"/> made in place of the trace headers that are there; nothing changes them where it made none.</summary>
    internal static void Inject(Headers headers, IReadOnlyList<Header> trace)
    {
        if (trace.Count == 0) return;
        headers.Remove(TraceParent);
        headers.Remove(TraceState);
        foreach (var header in trace) headers.Add(header);
    }

    private static string? Text(Headers headers, string name) =>
        headers.TryGetLastBytes(name, out var bytes) && bytes is not null ? Encoding.ASCII.GetString(bytes) : null;
}
