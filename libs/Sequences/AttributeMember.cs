using System.Buffers.Binary;
using System.Text;

namespace Driftline.Sequences;

/// <summary>What an event said of its user.</summary>
/// <param name="Name">Such as <c>ageBand</c>.</param>
/// <param name="Value">Such as <c>25-34</c>; may be empty.</param>
/// <param name="EventTime">Of that event; milliseconds since the Unix epoch.</param>
public readonly record struct AttributeValue(string Name, string Value, long EventTime);

/// <summary>The sorted-set member of one attribute: the name's length in bytes (2 bytes, big endian), the name and the value, both in UTF-8. The event time is its score.</summary>
public static class AttributeMember
{
    /// <exception cref="ArgumentException">The name is longer than 65,535 bytes in UTF-8.</exception>
    public static byte[] Pack(in AttributeValue attribute)
    {
        var length = Encoding.UTF8.GetByteCount(attribute.Name);
        if (length > ushort.MaxValue) throw new ArgumentException($"The attribute name has {length} bytes in UTF-8: at most {ushort.MaxValue} are kept.", nameof(attribute));
        var member = new byte[sizeof(ushort) + length + Encoding.UTF8.GetByteCount(attribute.Value)];
        BinaryPrimitives.WriteUInt16BigEndian(member, (ushort)length);
        Encoding.UTF8.GetBytes(attribute.Name, member.AsSpan(sizeof(ushort)));
        Encoding.UTF8.GetBytes(attribute.Value, member.AsSpan(sizeof(ushort) + length));
        return member;
    }

    /// <exception cref="FormatException">The member was not written by <see cref="Pack"/>.</exception>
    public static AttributeValue Unpack(ReadOnlySpan<byte> member, long eventTime)
    {
        if (member.Length < sizeof(ushort) || BinaryPrimitives.ReadUInt16BigEndian(member) is var length && member.Length < sizeof(ushort) + length)
            throw new FormatException($"An attribute member of {member.Length} bytes is not a packed one: was the key written by another program?");
        return new AttributeValue(Encoding.UTF8.GetString(member.Slice(sizeof(ushort), length)), Encoding.UTF8.GetString(member[(sizeof(ushort) + length)..]), eventTime);
    }
}
