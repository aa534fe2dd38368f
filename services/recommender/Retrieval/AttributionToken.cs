using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Driftline.Recommender.Experiments;

namespace Driftline.Recommender.Retrieval;

/// <summary>
/// Ties later events to the answer that led to them, with no memory of answers: all that attribution needs is inside. Opaque to clients. Layout: number
/// (1 byte), time in milliseconds since the Unix epoch (8), nonce (8), then model version, experiment and variant (UTF-8, each after its length as a 7-bit encoded
/// number, empty for none), the number of items (1) and the lowest 3 bytes of the XXH64 of each one's id, in the order shown; and where places were explored, each
/// item's propensity (4, IEEE 754), 1 for those that no chance put there; all little endian, in base64url. A hundred items make a token of about 500 characters, or
/// 1,000 with propensities. It is not signed: whoever can send events can also count them.
/// </summary>
/// <param name="ModelVersion">Empty when no model took part.</param>
/// <param name="Experiment">Empty outside experiments.</param>
/// <param name="Variant">Empty outside experiments.</param>
/// <param name="Propensities">See <see cref="Explore"/>, in the order shown; null where nothing was explored.</param>
internal sealed record AttributionToken(DateTimeOffset Time, ulong Nonce, string ModelVersion, string Experiment, string Variant, ReadOnlyMemory<byte> Marks, IReadOnlyList<float>? Propensities = null)
{
    private const byte Layout = 3;
    private const int MarkLength = 3;

    /// <summary>More than any answer holds; a position then fits a byte.</summary>
    private const int MaxItems = 255;

    public static AttributionToken New(DateTimeOffset time, string? modelVersion, IEnumerable<string> itemIds, Assignment? assigned = null, IReadOnlyList<float>? propensities = null) => new(
        time, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))), modelVersion ?? "",
        assigned?.Experiment.Name ?? "", assigned?.Variant.Name ?? "", itemIds.Take(MaxItems).SelectMany(Mark).ToArray(), propensities);

    public static bool TryParse(string text, [NotNullWhen(true)] out AttributionToken? token)
    {
        token = null;
        if (!Base64Url.IsValid(text)) return false;
        using var reader = new BinaryReader(new MemoryStream(Base64Url.DecodeFromChars(text)), Encoding.UTF8);
        try
        {
            if (reader.ReadByte() != Layout) return false;
            var milliseconds = reader.ReadInt64();
            if (milliseconds < 0 || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) return false;
            token = new AttributionToken(
                DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), reader.ReadUInt64(), reader.ReadString(), reader.ReadString(), reader.ReadString(),
                Exactly(reader, MarkLength * reader.ReadByte()));
            if (reader.BaseStream.Position < reader.BaseStream.Length) token = token with { Propensities = [.. Enumerable.Range(0, token.Marks.Length / MarkLength).Select(_ => reader.ReadSingle())] };
            return reader.BaseStream.Position == reader.BaseStream.Length;
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            return false; // cut short, or a length that is none
        }
    }

    /// <summary>Where the item stood in the answer, from 1; null if it was not in it. Two items of one answer may share a mark (1 in 16 million): the first then stands for both.</summary>
    public int? PositionOf(string itemId)
    {
        var mark = Mark(itemId);
        for (var i = 0; i < Marks.Length; i += MarkLength)
        {
            if (Marks.Span.Slice(i, MarkLength).SequenceEqual(mark)) return i / MarkLength + 1;
        }

        return null;
    }

    public override string ToString()
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8))
        {
            writer.Write(Layout);
            writer.Write(Time.ToUnixTimeMilliseconds());
            writer.Write(Nonce);
            writer.Write(ModelVersion);
            writer.Write(Experiment);
            writer.Write(Variant);
            writer.Write((byte)(Marks.Length / MarkLength));
            writer.Write(Marks.Span);
            foreach (var propensity in Propensities ?? []) writer.Write(propensity);
        }

        return Base64Url.EncodeToString(bytes.ToArray());
    }

    private static byte[] Exactly(BinaryReader reader, int count) => reader.ReadBytes(count) is var read && read.Length == count ? read : throw new EndOfStreamException();

    private static byte[] Mark(string itemId)
    {
        var hash = XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(itemId));
        return [(byte)hash, (byte)(hash >> 8), (byte)(hash >> 16)];
    }
}
