using System.Collections.Concurrent;
using Avro.Specific;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Confluent.SchemaRegistry.Serdes;

namespace Driftline.Streaming;

/// <summary>
/// Avro in the registry's wire format (magic byte, schema id, binary). Schemas are registered by whoever deploys, never by a service:
/// encoding with an unregistered schema fails. Thread-safe; the registry is asked once per schema.
/// </summary>
public sealed class AvroCodec(ISchemaRegistryClient registry)
{
    // The subject strategy is said on both sides: the client's default asks the registry for associations, which few registries know.
    private static readonly AvroSerializerConfig Writing = new() { AutoRegisterSchemas = false, SubjectNameStrategy = SubjectNameStrategy.Topic };
    private static readonly AvroDeserializerConfig Reading = new() { SubjectNameStrategy = SubjectNameStrategy.Topic };
    private readonly ConcurrentDictionary<Type, object> _serializers = new();
    private readonly ConcurrentDictionary<Type, object> _deserializers = new();

    /// <exception cref="SchemaRegistryException">The topic's subject does not hold this record's schema.</exception>
    public Task<byte[]> EncodeAsync<T>(string topic, T value) where T : ISpecificRecord
    {
        var serializer = (AvroSerializer<T>)_serializers.GetOrAdd(typeof(T), _ => new AvroSerializer<T>(registry, Writing));
        return serializer.SerializeAsync(value, new SerializationContext(MessageComponentType.Value, topic));
    }

    /// <exception cref="Exception">The bytes are no <typeparamref name="T"/>, or the registry is away; <see cref="Failures"/> tells which.</exception>
    public async ValueTask<T> DecodeAsync<T>(string topic, byte[] bytes) where T : ISpecificRecord
    {
        var deserializer = (AvroDeserializer<T>)_deserializers.GetOrAdd(typeof(T), _ => new AvroDeserializer<T>(registry, Reading));
        return await deserializer.DeserializeAsync(bytes, isNull: false, new SerializationContext(MessageComponentType.Value, topic));
    }
}
