using System.Text;
using System.Text.Json;

namespace Driftline.Audit;

/// <summary>
/// Writes down what a generator sends, before it is sent, and what was answered: one JSON object a line. The file is all that the audit knows
/// of the input. Thread-safe.
/// </summary>
public sealed class InputRecorder(string path, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly StreamWriter _file = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    /// <summary>Notes an element of a request, before its first sending.</summary>
    /// <param name="number">Tells elements apart; ids do not, for some are sent again and some have none.</param>
    /// <param name="element">The bytes of the JSON element, to be sent as they are.</param>
    /// <param name="refusedAt">Where in the element the ingestor must find it wrong, as a JSON pointer; null if it must be taken.</param>
    public void Sending(long number, byte[] element, string? refusedAt) => Write(json =>
    {
        json.WriteNumber("sending", number);
        json.WriteNumber("at", time.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteString("refusedAt", refusedAt);
        json.WriteBase64String("element", element);
    });

    /// <summary>Notes the 202's result for an element.</summary>
    /// <param name="status"><c>accepted</c>, <c>duplicate</c> or <c>rejected</c>.</param>
    /// <param name="refusedAt">The result's pointer within the element.</param>
    /// <param name="attempts">How often the request was sent.</param>
    public void Answered(long number, string status, string? refusedAt, int attempts) => Write(json =>
    {
        json.WriteNumber("answered", number);
        json.WriteNumber("at", time.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteString("status", status);
        json.WriteString("refusedAt", refusedAt);
        json.WriteNumber("attempts", attempts);
    });

    /// <summary>Notes a record that no stage can read, written to a topic by whoever tests the pipeline. It must end in the rejected topic.</summary>
    public void Corrupt(string topic, byte[] value) => Write(json =>
    {
        json.WriteString("corrupt", topic);
        json.WriteBase64String("value", value);
    });

    /// <summary>Notes that the ingestor's clock is about to be off by so much: what it says of times of receipt may be, from the beginning to the end.</summary>
    public void ClockOff(TimeSpan off) => Write(json => json.WriteNumber("clockOff", (long)off.TotalMilliseconds));

    public void Dispose()
    {
        lock (_lock) _file.Dispose();
    }

    private void Write(Action<Utf8JsonWriter> write)
    {
        using var line = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        lock (_lock)
        {
            _file.WriteLine(Encoding.UTF8.GetString(line.GetBuffer().AsSpan(0, (int)line.Length)));
            _file.Flush();
        }
    }
}
