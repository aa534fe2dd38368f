using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Driftline.TextEncoders;

/// <summary>Writes protocol buffers' wire format: varints, fixed 32-bit numbers and length-delimited fields.</summary>
internal sealed class ProtoWriter
{
    private const int Varint = 0, LengthDelimited = 2, Fixed32 = 5;
    private readonly ArrayBufferWriter<byte> _content = new();

    public void Number(int field, long value)
    {
        Tag(field, Varint);
        WriteVarint(unchecked((ulong)value));
    }

    public void Single(int field, float value)
    {
        Tag(field, Fixed32);
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _content.Write(bytes);
    }

    public void Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, LengthDelimited);
        WriteVarint((ulong)value.Length);
        _content.Write(value);
    }

    public void Message(int field, ProtoWriter message) => Bytes(field, message._content.WrittenSpan);

    /// <summary>Adds the fields of another message.</summary>
    public void Append(ProtoWriter fields) => _content.Write(fields._content.WrittenSpan);

    public void CopyTo(Stream target) => target.Write(_content.WrittenSpan);

    private void Tag(int field, int wireType) => WriteVarint((ulong)(field << 3 | wireType));

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _content.Write([(byte)(value | 0x80)]);
        _content.Write([(byte)value]);
    }
}
