using System.Net;
using System.Text;
using System.Text.Json;
using Avro.Generic;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Confluent.SchemaRegistry.Serdes;

namespace Driftline.Cli.Kafka;

/// <summary>A record's value as JSON, by the schema that it was written with.</summary>
internal sealed class DecodeValue(SchemaRegistryConfig registry) : IDisposable
{
    private const int SchemaNotFound = 40403;

    private readonly CachedSchemaRegistryClient _registry = new(registry);
    private AvroDeserializer<GenericRecord>? _deserializer;

    /// <summary>The registry's wire format: a zero byte, the schema's id (4 bytes), Avro.</summary>
    public static bool LooksLikeAvro(byte[] value) => value.Length > 5 && value[0] == 0;

    /// <returns>Null if it is no Avro record.</returns>
    /// <exception cref="CommandException">The registry does not answer.</exception>
    public async Task<GenericRecord?> AvroAsync(string topic, byte[] value)
    {
        if (!LooksLikeAvro(value)) return null;
        _deserializer ??= new AvroDeserializer<GenericRecord>(_registry, new AvroDeserializerConfig { SubjectNameStrategy = SubjectNameStrategy.Topic });
        try
        {
            return await _deserializer.DeserializeAsync(value, isNull: false, new SerializationContext(MessageComponentType.Value, topic));
        }
        catch (SchemaRegistryException e) when (e.ErrorCode == SchemaNotFound)
        {
            return null; // written with another registry: shown as it is
        }
        catch (SchemaRegistryException e) when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new CommandException($"The Schema Registry at {registry.Url} refuses us ({(int)e.Status}). Give what it asks for in SchemaRegistry__Client__BasicAuthUserInfo, as USER:PASSWORD, or its other settings.");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException) // a request that is not answered in time is a cancellation
        {
            throw new CommandException($"The Schema Registry does not answer at {registry.Url} ({e.Message}). Give its address by --registry URL or in SchemaRegistry__Url.");
        }
        catch (Exception)
        {
            return null; // bytes that only look like Avro
        }
    }

    /// <summary>Writes <c>value</c>, or <c>valueBase64</c> for bytes that are neither Avro nor text.</summary>
    public async Task<Action<Utf8JsonWriter>> WriterAsync(string topic, byte[]? value)
    {
        if (value is null) return json => json.WriteNull("value");
        if (await AvroAsync(topic, value) is { } record)
        {
            return json =>
            {
                json.WritePropertyName("value");
                AvroJson.Write(json, record);
            };
        }

        return json => WriteRaw(json, "value", value);
    }

    /// <summary>JSON as JSON, text as text, anything else in base64.</summary>
    public static void WriteRaw(Utf8JsonWriter json, string name, byte[] value)
    {
        if (IsJson(value))
        {
            json.WritePropertyName(name);
            json.WriteRawValue(OneLine(value));
        }
        else if (Text(value) is { } text)
        {
            json.WriteString(name, text);
        }
        else
        {
            json.WriteBase64String(name + "Base64", value);
        }
    }

    public void Dispose() => _registry.Dispose();

    // Between JSON's tokens a line's end is a space; within its strings there is none.
    private static byte[] OneLine(byte[] json) => Array.ConvertAll(json, one => one is (byte)'\r' or (byte)'\n' ? (byte)' ' : one);

    private static bool IsJson(byte[] value)
    {
        try
        {
            using var _ = JsonDocument.Parse(value);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Text(byte[] value)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(value) is var text && !text.Any(one => char.IsControl(one) && !char.IsWhiteSpace(one)) ? text : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
