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
/// number, empty for none), then the lowest 3 bytes of the XXH64 of each shown item's id, in the order shown; all little endian, in base64url.
/// A hundred items make a token of about 500 characters. It is not signed: whoever can send events can also count them.
/// </summary>
/// <param name="ModelVersion">Empty when no model took part.</param>
/// <param name="Experiment">Empty outside experiments.</param>
/// <param name="Variant">Empty outside experiments.</param>
internal sealed record AttributionToken(DateTimeOffset Time, ulong Nonce, string ModelVersion, string Experiment, string Variant, ReadOnlyMemory<byte> Marks)
{
    private const byte Layout = 2;
    private const int MarkLength = 3;

    /// <summary>More than any answer holds; a position then fits a byte.</summary>
    private const int MaxItems = 255;

    public static AttributionToken New(DateTimeOffset time, string? modelVersion, IEnumerable<string> itemIds, Assignment? assigned = null) => new(
        time, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))), modelVersion ?? "",
        assigned?.Experiment.Name ?? "", assigned?.Variant.Name ?? "", itemIds.Take(MaxItems).SelectMany(Mark).ToArray());

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
                reader.ReadBytes(MarkLength * MaxItems));
            return token.Marks.Length % MarkLength == 0;
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
            writer.Write(Marks.Span);
        }

        return Base64Url.EncodeToString(bytes.ToArray());
    }

    private static byte[] Mark(string itemId)
    {
        var hash = XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(itemId));
        return [(byte)hash, (byte)(hash >> 8), (byte)(hash >> 16)];
    }
}
