using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Driftline.Tests;

/// <summary>
/// Input that is nearly right: real bytes with a few changes, of the kinds that find faults in readers: flipped bits, bytes at the edge of their range, parts left out, doubled,
/// moved in from another input, cut off, and the words and numbers that formats have.
/// </summary>
internal static class Mutations
{
    private const int MostChanges = 4;

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "null", "true", "{}", "[]", "[[[[[[[[", "\"\"", "\"\\ud800\"", "\\u0000", "-1", "0", "1e999", "-1e-999", "9223372036854775808", "2147483648", "NaN", ",", ":", "\"", "\n", "\r\n", "|", "﻿", "😀",
            "__proto__", "9999-12-31T23:59:59Z", "../../etc/passwd", "%00", "'", ";", "=",
        }.Select(Encoding.UTF8.GetBytes),
        [0], [0xFF], [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xFF, 0xFF, 0xFF, 0x7F], [0xFE, 0xFF, 0xFF, 0xFF, 0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0, 0, 0, 0, 0, 0, 0, 0x80],
    ];

    /// <summary>Seeds as they are, changed, or bytes of chance.</summary>
    public static Gen<byte[]> Of(params byte[][] seeds)
    {
        var seed = Gen.Elements(seeds);
        var changed = from start in seed
                      from changes in Gen.Choose(1, MostChanges).SelectMany(count => Gen.ArrayOf(Change(seeds), count))
                      select changes.Aggregate(start, (bytes, change) => change(bytes));
        var chance = Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf();
        return Gen.Frequency((1, seed), (12, changed), (1, chance));
    }

    public static Gen<string> Of(params string[] seeds) => Of(Array.ConvertAll(seeds, Encoding.UTF8.GetBytes)).Select(Encoding.UTF8.GetString);

    private static Gen<Func<byte[], byte[]>> Change(byte[][] seeds)
    {
        var anywhere = Gen.Choose(0, int.MaxValue - 1);
        var few = Gen.Choose(1, 16);
        return Gen.OneOf(
            from at in anywhere from bit in Gen.Choose(0, 7) select On(bytes => At(bytes, at, (found, i) => found[i] ^= (byte)(1 << bit))),
            from at in anywhere from value in Gen.Elements<byte>(0, 1, 0x20, 0x22, 0x2C, 0x7F, 0x80, 0xFE, 0xFF) select On(bytes => At(bytes, at, (found, i) => found[i] = value)),
            from at in anywhere from count in few select On(bytes => Splice(bytes, at, count, [])),
            from at in anywhere from count in few select On(bytes => Splice(bytes, at, 0, bytes.Skip(Place(bytes, at)).Take(count).ToArray())),
            from at in anywhere from word in Gen.Elements(Words) select On(bytes => Splice(bytes, at, 0, word)),
            from at in anywhere from word in Gen.Elements(Words) select On(bytes => Splice(bytes, at, word.Length, word)),
            from at in anywhere from other in Gen.Elements(seeds) from start in anywhere from count in few select On(bytes => Splice(bytes, at, count, other.Skip(Place(other, start)).Take(count * 4).ToArray())),
            from at in anywhere select On(bytes => bytes[..Place(bytes, at)]));
    }

    private static Func<byte[], byte[]> On(Func<byte[], byte[]> change) => change;

    private static int Place(byte[] bytes, int at) => bytes.Length == 0 ? 0 : at % bytes.Length;

    private static byte[] At(byte[] bytes, int at, Action<byte[], int> change)
    {
        if (bytes.Length == 0) return bytes;
        byte[] copy = [.. bytes];
        change(copy, Place(bytes, at));
        return copy;
    }

    private static byte[] Splice(byte[] bytes, int at, int remove, byte[] insert)
    {
        var place = Place(bytes, at);
        return [.. bytes[..place], .. insert, .. bytes[Math.Min(bytes.Length, place + remove)..]];
    }
}
