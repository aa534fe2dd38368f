using System.Globalization;
using System.Text;

namespace Driftline.Client;

/// <summary>A request body in the making: JSON objects until the next would make it larger than the ingestor takes.</summary>
public sealed class JsonBatch
{
    /// <summary>The ingestor's default limits for one request.</summary>
    public const int MostEvents = 1_000, MostBytes = 1 << 20;

    /// <summary>Most bytes that <see cref="SentAt"/> adds to each object.</summary>
    public const int SentAtBytes = 38;

    private readonly int _events, _bytes, _added;
    private readonly List<byte[]> _objects = [];
    private int _length = 2; // the brackets

    /// <param name="events">Most objects.</param>
    /// <param name="bytes">Most bytes.</param>
    /// <param name="addedBytes">What the sender adds to each object.</param>
    public JsonBatch(int events = MostEvents, int bytes = MostBytes, int addedBytes = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(events, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 2);
        (_events, _bytes, _added) = (events, bytes, addedBytes);
    }

    public int Count => _objects.Count;

    public IReadOnlyList<byte[]> Objects => _objects;

    /// <summary>Whether an object would fit into an empty batch.</summary>
    public bool CouldHold(byte[] json) => json.Length + _added + 2 <= _bytes;

    /// <returns>False if the batch is full for it.</returns>
    public bool TryAdd(byte[] json)
    {
        var length = _length + json.Length + _added + (Count == 0 ? 0 : 1);
        if (Count == _events || length > _bytes) return false;
        _objects.Add(json);
        _length = length;
        return true;
    }

    public void Clear()
    {
        _objects.Clear();
        _length = 2;
    }

    /// <summary>What <see cref="ToJson"/> adds to tell each event's time of sending, by which the ingestor corrects the sender's clock.</summary>
    /// <param name="now">The time of this attempt: with an earlier one, the wait between would be taken for the sender's clock being wrong.</param>
    public static byte[] SentAt(DateTimeOffset now) =>
        Encoding.UTF8.GetBytes($"\"sentAt\":\"{now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}\",");

    /// <summary>The objects as a JSON array.</summary>
    /// <param name="added">UTF-8 text that goes behind the opening brace of each, with its comma.</param>
    public byte[] ToJson(ReadOnlySpan<byte> added = default)
    {
        using var body = new MemoryStream(_length);
        var separator = (byte)'[';
        foreach (var one in _objects)
        {
            body.WriteByte(separator);
            separator = (byte)',';
            body.WriteByte((byte)'{');
            body.Write(added);
            body.Write(one.AsSpan(1));
        }

        body.WriteByte((byte)']');
        return body.ToArray();
    }
}
