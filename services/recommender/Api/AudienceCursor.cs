using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Driftline.Recommender.Interests;

namespace Driftline.Recommender.Api;

/// <summary>A position in an audience, opaque to clients; inside: the rise (8 bytes, big endian) and the user id (UTF-8), in base64url.</summary>
internal static class AudienceCursor
{
    public static string Of(AudiencePosition position)
    {
        var bytes = new byte[sizeof(double) + Encoding.UTF8.GetByteCount(position.UserId)];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, position.Rise);
        Encoding.UTF8.GetBytes(position.UserId, bytes.AsSpan(sizeof(double)));
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryRead(string cursor, out AudiencePosition position)
    {
        position = default;
        if (!Base64Url.IsValid(cursor)) return false;
        var bytes = Base64Url.DecodeFromChars(cursor);
        if (bytes.Length <= sizeof(double)) return false;
        position = new AudiencePosition(BinaryPrimitives.ReadDoubleBigEndian(bytes), Encoding.UTF8.GetString(bytes.AsSpan(sizeof(double))));
        return double.IsFinite(position.Rise);
    }
}
