using System.Buffers.Binary;
using System.Text;

namespace Driftline.Deploy.Tests.Images;

/// <summary>What a shared library asks the loader for: the <c>DT_NEEDED</c> entries of a little-endian 64-bit ELF file.</summary>
internal static class SharedLibrary
{
    private const int DynamicSection = 6, Needed = 1;

    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static IReadOnlyList<string> NeededBy(string path)
    {
        using var file = File.OpenRead(path);
        var header = Read(file, 0, 64);
        if (!header.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8)) throw new InvalidDataException($"{path} is no little-endian 64-bit ELF file.");
        var (offset, size, count) = ((long)U64(header, 40), U16(header, 58), U16(header, 60));
        var sections = Read(file, offset, size * count);
        for (var i = 0; i < count; i++)
        {
            var section = sections.AsSpan(i * size, size).ToArray();
            if (U32(section, 4) != DynamicSection) continue;
            var entries = Read(file, (long)U64(section, 24), (int)U64(section, 32));
            var linked = sections.AsSpan((int)U32(section, 40) * size, size).ToArray();
            var strings = Read(file, (long)U64(linked, 24), (int)U64(linked, 32));
            return [.. Enumerable.Range(0, entries.Length / 16).Where(n => U64(entries, n * 16) == Needed).Select(n => Text(strings, (int)U64(entries, n * 16 + 8)))];
        }

        return [];
    }

    private static byte[] Read(FileStream file, long offset, int length)
    {
        var bytes = new byte[length];
        file.Position = offset;
        file.ReadExactly(bytes);
        return bytes;
    }

    private static string Text(byte[] strings, int at) => Encoding.ASCII.GetString(strings, at, Array.IndexOf(strings, (byte)0, at) - at);

    private static ushort U16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static ulong U64(byte[] bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
}
