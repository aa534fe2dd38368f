using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Driftline.Sequences;

/// <summary>
/// The sorted-set member of one entry: 8 bytes event-id hash (big endian), 1 byte event type, 1 byte weight, 1 byte price band, then the
/// item id in UTF-8. An item id of up to 53 bytes keeps the member within 64 bytes, Redis's limit for a compact listpack; a longer one costs
/// memory only. The event time is the member's score.
/// </summary>
public static class PackedMember
{
    private const int HeaderBytes = 11;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>XXH64 of the event id, as members hold it.</summary>
    public static ulong HashEventId(string eventId)
    {
        Span<byte> stack = stackalloc byte[256];
        var bytes = Encoding.UTF8.TryGetBytes(eventId, stack, out var written) ? stack[..written] : Encoding.UTF8.GetBytes(eventId);
        return XxHash64.HashToUInt64(bytes);
    }

    /// <exception cref="ArgumentException">The item id is empty or no valid text, or the event type is unknown: no reader could unpack it.</exception>
    public static byte[] Pack(in SequenceEntry entry)
    {
        ArgumentException.ThrowIfNullOrEmpty(entry.ItemId, nameof(entry));
        if (!Enum.IsDefined(entry.Type)) throw new ArgumentException($"{(byte)entry.Type} is no sequence event type.", nameof(entry));
        var member = new byte[HeaderBytes + StrictUtf8.GetByteCount(entry.ItemId)];
        BinaryPrimitives.WriteUInt64BigEndian(member, entry.EventIdHash);
        member[8] = (byte)entry.Type;
        member[9] = entry.Weight;
        member[10] = entry.PriceBand;
        StrictUtf8.GetBytes(entry.ItemId, member.AsSpan(HeaderBytes));
        return member;
    }

    /// <exception cref="FormatException">The member was not written by <see cref="Pack"/>.</exception>
    public static SequenceEntry Unpack(ReadOnlySpan<byte> member, long eventTime)
    {
        if (member.Length <= HeaderBytes || member[8] is < (byte)SequenceEventType.Click or > (byte)SequenceEventType.Review)
            throw NotPacked(member.Length);
        try
        {
            return new SequenceEntry(
                eventTime, BinaryPrimitives.ReadUInt64BigEndian(member), (SequenceEventType)member[8], member[9], member[10],
                StrictUtf8.GetString(member[HeaderBytes..]));
        }
        catch (DecoderFallbackException)
        {
            throw NotPacked(member.Length);
        }
    }

    private static FormatException NotPacked(int length) =>
        new($"A sequence member of {length} bytes is not a packed entry: was the key written by another program?");
}
