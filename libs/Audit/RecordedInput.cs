using System.Text.Json;

namespace Driftline.Audit;

/// <summary>One element as it was sent, and what was answered.</summary>
/// <param name="Element">The JSON element's bytes.</param>
/// <param name="RefusedAt">Where it must be found wrong; null if it must be taken.</param>
/// <param name="SentAt">First sending, milliseconds since the Unix epoch.</param>
public sealed record SentElement(long Number, byte[] Element, string? RefusedAt, long SentAt)
{
    /// <summary>How far the ingestor's clock may have been off when it noted the time of receipt, in milliseconds.</summary>
    public long ClockOff { get; init; }

    /// <summary>Null if the ingestor never took responsibility for it.</summary>
    public GivenAnswer? Answer { get; init; }

    /// <summary>Whether a 202 said that it is safe.</summary>
    public bool IsTaken => Answer?.Status is "accepted" or "duplicate";
}

/// <summary>A 202's result for one element.</summary>
/// <param name="At">Milliseconds since the Unix epoch.</param>
/// <param name="Attempts">How often the request was sent.</param>
public sealed record GivenAnswer(long At, string Status, string? RefusedAt, int Attempts);

/// <summary>What <see cref="InputRecorder"/> wrote.</summary>
/// <param name="Elements">In the order of their first sending.</param>
/// <param name="Corrupt">Records that no stage can read, by topic.</param>
public sealed record RecordedInput(IReadOnlyList<SentElement> Elements, IReadOnlyList<(string Topic, byte[] Value)> Corrupt)
{
    /// <exception cref="JsonException">A line is no JSON.</exception>
    public static RecordedInput Read(string path)
    {
        var elements = new Dictionary<long, SentElement>();
        var order = new List<long>();
        var corrupt = new List<(string, byte[])>();
        var clockOff = 0L;
        foreach (var line in File.ReadLines(path))
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            if (root.TryGetProperty("sending", out var sending))
            {
                order.Add(sending.GetInt64());
                elements.Add(sending.GetInt64(), new SentElement(
                    sending.GetInt64(), root.GetProperty("element").GetBytesFromBase64(), root.GetProperty("refusedAt").GetString(), root.GetProperty("at").GetInt64()));
            }
            else if (root.TryGetProperty("answered", out var answered))
            {
                elements[answered.GetInt64()] = elements[answered.GetInt64()] with
                {
                    Answer = new GivenAnswer(
                        root.GetProperty("at").GetInt64(), root.GetProperty("status").GetString()!, root.GetProperty("refusedAt").GetString(), root.GetProperty("attempts").GetInt32()),
                };
            }
            else if (root.TryGetProperty("clockOff", out var off))
            {
                clockOff = Math.Max(clockOff, Math.Abs(off.GetInt64()));
            }
            else
            {
                corrupt.Add((root.GetProperty("corrupt").GetString()!, root.GetProperty("value").GetBytesFromBase64()));
            }
        }

        return new RecordedInput(order.ConvertAll(number => elements[number] with { ClockOff = clockOff }), corrupt);
    }
}
