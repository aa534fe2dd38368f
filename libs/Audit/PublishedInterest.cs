using System.Text;

namespace Driftline.Audit;

/// <summary>The head of an <c>InterestUpdated</c> record, read from its bytes: the registry's five, then Avro's binary encoding of the first fields.</summary>
public sealed record PublishedInterest(string UserId, int SequenceLength, long SequenceDigest, byte[] Bytes)
{
    private const int RegistryHeader = 5;

    /// <exception cref="FormatException">The bytes are no such record.</exception>
    public static PublishedInterest Read(byte[] bytes)
    {
        try
        {
            var at = RegistryHeader;
            if (bytes[0] != 0) throw new FormatException("the first byte is not 0");
            var user = Text(bytes, ref at);
            _ = Text(bytes, ref at); // modelVersion
            _ = Long(bytes, ref at); // computedAt
            _ = Long(bytes, ref at); // newestEventTime
            _ = Long(bytes, ref at); // newestReceivedAt
            var length = Long(bytes, ref at);
            return new PublishedInterest(user, (int)length, Long(bytes, ref at), bytes);
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException)
        {
            throw new FormatException("the record is cut off", e);
        }
    }

    private static string Text(byte[] bytes, ref int at)
    {
        var length = (int)Long(bytes, ref at);
        var text = Encoding.UTF8.GetString(bytes, at, length);
        at += length;
        return text;
    }

    private static long Long(byte[] bytes, ref int at)
    {
        ulong raw = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            raw |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) break;
        }

        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }
}
