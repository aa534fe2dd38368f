using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Driftline.AvroBinary;

/// <summary>Writes Avro's binary encoding into a buffer that grows and is used again. Not thread-safe.</summary>
public sealed class AvroWriter
{
    private const int LongestVarint = 10;

    private byte[] _buffer = new byte[1_024];
    private int _length;

    /// <summary>What has been written since <see cref="Reset"/>; the next write may overwrite it.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Reset() => _length = 0;

    public void WriteLong(long value)
    {
        var span = Room(LongestVarint);
        var zigzag = (ulong)((value << 1) ^ (value >> 63));
        var i = 0;
        for (; zigzag > 0x7F; zigzag >>= 7) span[i++] = (byte)(zigzag | 0x80);
        span[i++] = (byte)zigzag;
        _length += i;
    }

    public void WriteBoolean(bool value)
    {
        Room(1)[0] = value ? (byte)1 : (byte)0;
        _length++;
    }

    public void WriteFloat(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(Room(sizeof(float)), value);
        _length += sizeof(float);
    }

    public void WriteDouble(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(Room(sizeof(double)), value);
        _length += sizeof(double);
    }

    /// <exception cref="ArgumentNullException">The text is null.</exception>
    public void WriteString(string text)
    {
        WriteLong(Encoding.UTF8.GetByteCount(text));
        _length += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length)));
    }

    /// <summary>Starts an array or a map: its entries are written next, and then <see cref="WriteEnd"/>.</summary>
    public void WriteBlock(int count)
    {
        if (count > 0) WriteLong(count); // an empty block would be the end
    }

    public void WriteEnd() => WriteLong(0);

    /// <summary>Bytes as they are.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>A whole array of floats.</summary>
    public void WriteFloats(IList<float> floats)
    {
        WriteBlock(floats.Count);
        if (BitConverter.IsLittleEndian && floats is float[] array) WriteRaw(MemoryMarshal.AsBytes(array.AsSpan()));
        else for (var i = 0; i < floats.Count; i++) WriteFloat(floats[i]);
        WriteEnd();
    }

    private Span<byte> Room(int bytes)
    {
        if (_buffer.Length - _length < bytes) Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, checked(_length + bytes)));
        return _buffer.AsSpan(_length);
    }
}
