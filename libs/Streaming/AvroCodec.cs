using System.Buffers.Binary;
using System.Collections.Concurrent;
using Avro;
using Avro.Specific;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Confluent.SchemaRegistry.Serdes;
using Driftline.AvroBinary;
using RegistrySchema = Confluent.SchemaRegistry.Schema;

namespace Driftline.Streaming;

/// <summary>
/// Avro in the registry's wire format (magic byte, schema id, binary). Schemas are registered by whoever deploys, never by a service:
/// encoding with an unregistered schema fails. Thread-safe; the registry is asked once per schema, and what it said is kept; of an id that it does not know, for a second.
/// <para>
/// Bytes written with the very schema that a record was generated from, as nearly all are, are read by the record itself
/// (<see cref="IBinaryRecord{TSelf}"/>); those of another version of the schema take Avro's own way of resolving the two.
/// </para>
/// </summary>
public sealed class AvroCodec(ISchemaRegistryClient registry, TimeProvider? time = null)
{
    private const byte Magic = 0;
    private const int Prefix = 1 + sizeof(int);
    private const int MostUnknown = 1_000;

    // A backlog of records with such an id would ask for each, one after the other; and a schema may be registered at any moment.
    private static readonly TimeSpan UnknownFor = TimeSpan.FromSeconds(1);

    // The subject strategy is said: the client's default asks the registry for associations, which few registries know.
    private static readonly AvroDeserializerConfig Reading = new() { SubjectNameStrategy = SubjectNameStrategy.Topic };

    [ThreadStatic] private static AvroWriter? _writer;

    private readonly ConcurrentDictionary<(string Topic, Type Record), int> _ids = new();
    private readonly ConcurrentDictionary<(int Id, Type Record), bool> _isOurs = new();
    private readonly ConcurrentDictionary<(string Topic, int Id), (Task<RegistrySchema> Answer, long At)> _unknown = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ConcurrentDictionary<Type, object> _resolving = new();

    /// <exception cref="SchemaRegistryException">The topic's subject does not hold this record's schema.</exception>
    public ValueTask<byte[]> EncodeAsync<T>(string topic, T value) where T : class, ISpecificRecord, IBinaryRecord<T> =>
        _ids.TryGetValue((topic, typeof(T)), out var id) ? ValueTask.FromResult(Framed(id, value)) : FirstOfTopicAsync(topic, value);

    /// <exception cref="Exception">The bytes are no <typeparamref name="T"/>, or the registry is away; <see cref="Failures"/> tells which.</exception>
    public ValueTask<T> DecodeAsync<T>(string topic, byte[] bytes) where T : class, ISpecificRecord, IBinaryRecord<T>, new()
    {
        if (bytes.Length < Prefix || bytes[0] != Magic) throw new InvalidDataException($"{bytes.Length} bytes without the registry's magic byte and schema id in front are no record.");
        var id = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1));
        return _isOurs.TryGetValue((id, typeof(T)), out var isOurs) && isOurs ? ValueTask.FromResult(Read<T>(bytes)) : OtherAsync<T>(topic, id, bytes);
    }

    private async ValueTask<byte[]> FirstOfTopicAsync<T>(string topic, T value) where T : class, ISpecificRecord, IBinaryRecord<T>
    {
        var id = await registry.GetSchemaIdAsync(SubjectOf(topic), new RegistrySchema(value.Schema.ToString(), SchemaType.Avro));
        _ids[(topic, typeof(T))] = id;
        return Framed(id, value);
    }

    private async ValueTask<T> OtherAsync<T>(string topic, int id, byte[] bytes) where T : class, ISpecificRecord, IBinaryRecord<T>, new()
    {
        if (!_isOurs.TryGetValue((id, typeof(T)), out var isOurs))
        {
            var written = await WrittenAsync(topic, id);
            if (written.SchemaType != SchemaType.Avro) throw new InvalidDataException($"Schema {id} is of type {written.SchemaType}: records are Avro.");
            _isOurs[(id, typeof(T))] = isOurs = IsLaidOutAs(written.SchemaString, new T().Schema);
        }

        if (isOurs) return Read<T>(bytes);
        var deserializer = (AvroDeserializer<T>)_resolving.GetOrAdd(typeof(T), _ => new AvroDeserializer<T>(registry, Reading));
        try
        {
            return await deserializer.DeserializeAsync(bytes, isNull: false, new SerializationContext(MessageComponentType.Value, topic));
        }
        catch (OutOfMemoryException e) // Apache.Avro takes the memory for what a length says before it looks whether so much follows
        {
            throw new InvalidDataException($"A length in these {bytes.Length} bytes is beyond them.", e);
        }
    }

    /// <exception cref="SchemaRegistryException">The registry does not know the id, or did not a moment ago.</exception>
    private async Task<RegistrySchema> WrittenAsync(string topic, int id)
    {
        if (_unknown.TryGetValue((topic, id), out var unknown) && _time.GetElapsedTime(unknown.At) < UnknownFor) return await unknown.Answer;
        var answer = registry.GetSchemaBySubjectAndIdAsync(SubjectOf(topic), id);
        try
        {
            return await answer;
        }
        catch (SchemaRegistryException e) when (Failures.IsBadRecord(e))
        {
            if (_unknown.Count >= MostUnknown) _unknown.Clear();
            _unknown[(topic, id)] = (answer, _time.GetTimestamp());
            throw;
        }
    }

    private static string SubjectOf(string topic) => topic + "-value";

    private static bool IsLaidOutAs(string written, Avro.Schema ours) => SchemaNormalization.ToParsingForm(Avro.Schema.Parse(written)) == SchemaNormalization.ToParsingForm(ours);

    private static T Read<T>(byte[] bytes) where T : IBinaryRecord<T>
    {
        var reader = new AvroReader(bytes.AsSpan(Prefix));
        return T.Read(ref reader);
    }

    private static byte[] Framed<T>(int id, T value) where T : IBinaryRecord<T>
    {
        var writer = _writer ??= new AvroWriter();
        writer.Reset();
        Span<byte> prefix = stackalloc byte[Prefix];
        prefix[0] = Magic;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], id);
        writer.WriteRaw(prefix);
        value.Write(writer);
        return writer.Written.ToArray();
    }
}
