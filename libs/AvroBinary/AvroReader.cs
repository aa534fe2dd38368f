using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Driftline.AvroBinary;

/// <summary>Reads Avro's binary encoding from bytes in memory. Every length is held against what is left before memory is taken for it.</summary>
public ref struct AvroReader(ReadOnlySpan<byte> bytes)
{
    private const int LongestVarint = 10;

    private ReadOnlySpan<byte> _left = bytes;

    /// <exception cref="InvalidDataException">The bytes end within the number, or it is longer than 64 bits.</exception>
    public long ReadLong()
    {
        ulong zigzag = 0;
        for (var i = 0; i < LongestVarint; i++)
        {
            if (i >= _left.Length) throw Ended();
            var next = _left[i];
            zigzag |= (ulong)(next & 0x7F) << (7 * i);
            if ((next & 0x80) != 0) continue;
            _left = _left[(i + 1)..];
            return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
        }

        throw new InvalidDataException("A number has more than 64 bits.");
    }

    /// <exception cref="InvalidDataException">No number, or one that an int cannot hold.</exception>
    public int ReadInt() => ReadLong() is >= int.MinValue and <= int.MaxValue and var value ? (int)value : throw new InvalidDataException("An int has more than 32 bits.");

    public bool ReadBoolean() => Take(1)[0] switch
    {
        0 => false,
        1 => true,
        var other => throw new InvalidDataException($"A boolean is {other}: it must be 0 or 1."),
    };

    public float ReadFloat() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    public string ReadString() => Encoding.UTF8.GetString(Take(ReadLong()));

    /// <summary>The branch of a union, or the symbol of an enum.</summary>
    /// <exception cref="InvalidDataException">The index is not below <paramref name="count"/>.</exception>
    public int ReadIndex(int count)
    {
        var index = ReadLong();
        return index >= 0 && index < count ? (int)index : throw new InvalidDataException($"A union or enum has {count} branches, not one of number {index}.");
    }

    /// <summary>Entries in the next block of an array or a map whose entries take at least a byte each; 0 at its end.</summary>
    /// <exception cref="InvalidDataException">There are fewer bytes left than entries.</exception>
    public int ReadBlock()
    {
        var count = ReadLong();
        if (count < 0)
        {
            _ = ReadLong(); // the block's length in bytes, for those who skip it
            count = -count;
        }

        return count >= 0 && count <= _left.Length ? (int)count : throw Ended();
    }

    /// <summary>A whole array of floats.</summary>
    public float[] ReadFloats()
    {
        float[] floats = [];
        for (var count = ReadBlock(); count != 0; count = ReadBlock())
        {
            var block = Take((long)count * sizeof(float));
            var at = floats.Length;
            Array.Resize(ref floats, at + count);
            if (BitConverter.IsLittleEndian) MemoryMarshal.Cast<byte, float>(block).CopyTo(floats.AsSpan(at));
            else for (var i = 0; i < count; i++) floats[at + i] = BinaryPrimitives.ReadSingleLittleEndian(block[(i * sizeof(float))..]);
        }

        return floats;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Take(long length)
    {
        if (length < 0 || length > _left.Length) throw Ended();
        var taken = _left[..(int)length];
        _left = _left[(int)length..];
        return taken;
    }

    private static InvalidDataException Ended() => new("The record ends before its fields do, or a length in it is wrong.");
}
