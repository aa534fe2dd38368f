using System.Text;

namespace Driftline.Streaming;

/// <summary>Keys are ids in UTF-8.</summary>
internal static class RecordKey
{
    public static byte[]? Encode(string? key) => key is null ? null : Encoding.UTF8.GetBytes(key);

    public static string? Decode(byte[]? key) => key is null ? null : Encoding.UTF8.GetString(key);
}
