using System.Buffers;
using System.Text.Json;
using Driftline.Hosting;

namespace Driftline.Ingestor;

/// <summary>A refused element as it may be kept where user ids are pseudonymised.</summary>
internal static class PseudonymousElement
{
    private const string UserId = "userId";

    /// <summary>The same JSON with the user's pseudonym; without a value where the id is no text. Empty for JSON that cannot be written again, such as one with invalid Unicode.</summary>
    public static byte[] Of(JsonElement element, Pseudonyms pseudonyms)
    {
        var written = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(written);
        try
        {
            writer.WriteStartObject();
            foreach (var property in element.EnumerateObject())
            {
                if (!property.NameEquals(UserId)) property.WriteTo(writer);
                else if (property.Value.ValueKind == JsonValueKind.String) writer.WriteString(UserId, pseudonyms.Of(property.Value.GetString()!));
                else writer.WriteNull(UserId);
            }

            writer.WriteEndObject();
            writer.Flush();
            return written.WrittenSpan.ToArray();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            return [];
        }
    }
}
