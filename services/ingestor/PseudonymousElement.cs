using System.Buffers;
using System.Text.Json;
using Driftline.Hosting;

namespace Driftline.Ingestor;

/// <summary>A refused element as it may be kept where user ids are pseudonymised.</summary>
internal static class PseudonymousElement
{
    /// <summary>
    /// The same JSON with users' pseudonyms, at whatever depth; without a value where an id is no text. Empty for what is neither object nor array, for it may be an id itself, and for JSON
    /// that cannot be written again, such as one with invalid Unicode or very deep.
    /// </summary>
    /// <param name="utf8">Valid JSON.</param>
    public static byte[] Of(ReadOnlySpan<byte> utf8, Pseudonyms pseudonyms)
    {
        var reader = new Utf8JsonReader(utf8, Nesting.Any); // token by token: recursion would not survive what is very deep
        var written = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(written);
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject: writer.WriteStartObject(); break;
                    case JsonTokenType.EndObject: writer.WriteEndObject(); break;
                    case JsonTokenType.StartArray: writer.WriteStartArray(); break;
                    case JsonTokenType.EndArray: writer.WriteEndArray(); break;
                    case JsonTokenType.PropertyName:
                        var isUserId = reader.ValueTextEquals("userId"u8);
                        writer.WritePropertyName(reader.GetString()!);
                        if (!isUserId) break;
                        reader.Read();
                        if (reader.TokenType == JsonTokenType.String) writer.WriteStringValue(pseudonyms.Of(reader.GetString()!));
                        else writer.WriteNullValue();
                        reader.Skip();
                        break;
                    case JsonTokenType.String when reader.CurrentDepth > 0: writer.WriteStringValue(reader.GetString()); break;
                    default:
                        if (reader.CurrentDepth == 0) return [];
                        writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true); // a number, true, false or null
                        break;
                }
            }

            writer.Flush();
            return written.WrittenSpan.ToArray();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            return [];
        }
    }
}
