using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Driftline.Recommender.Retrieval;

/// <summary>
/// Ties later events to the answer that led to them. Opaque to clients; inside: layout number (1 byte), time in milliseconds since the Unix epoch
/// (8, big endian), nonce (8), model version (UTF-8, empty when no model took part), all in base64url.
/// </summary>
internal sealed record AttributionToken(DateTimeOffset Time, ulong Nonce, string ModelVersion)
{
    private const byte Layout = 1;
    private const int HeaderLength = 17;

    public static AttributionToken New(DateTimeOffset time, string? modelVersion) =>
        new(time, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))), modelVersion ?? "");

    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AttributionToken? token)
    {
        token = null;
        if (!Base64Url.IsValid(text)) return false;
        var bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length < HeaderLength || bytes[0] != Layout) return false;
        var milliseconds = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1));
        if (milliseconds < 0 || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) return false;
        token = new AttributionToken(
            DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(9)), Encoding.UTF8.GetString(bytes.AsSpan(HeaderLength)));
        return true;
    }

    public override string ToString()
    {
        var bytes = new byte[HeaderLength + Encoding.UTF8.GetByteCount(ModelVersion)];
        bytes[0] = Layout;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), Time.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(9), Nonce);
        Encoding.UTF8.GetBytes(ModelVersion, bytes.AsSpan(HeaderLength));
        return Base64Url.EncodeToString(bytes);
    }
}
