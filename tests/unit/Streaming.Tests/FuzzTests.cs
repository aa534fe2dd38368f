using Avro.IO;
using Avro.Specific;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using driftline.events;
using Driftline.AvroBinary;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>Whatever bytes are on a topic: a record, or a fault that the loop takes for the record's own, so that it ends in the rejected topic and not in a loop.</summary>
public sealed class FuzzTests
{
    private const int Id = 7;

    [Fact]
    public void AnyBytesAreARecordOrABadRecord()
    {
        var attributes = new Dictionary<string, string> { ["ageBand"] = "25-34", [""] = "" };
        Hold(new StorefrontEvent
        {
            eventId = "e1",
            userId = "u1",
            sessionId = "s1",
            eventTime = 1,
            receivedAt = 2,
            attributionToken = "t",
            attributes = attributes,
            payload = new Purchase { currency = "EUR", items = [new EventItem { itemId = "i1", quantity = 2, price = 9.9 }, new EventItem { itemId = "i2", quantity = 1 }] },
        });
        Hold(new SequenceUpdated { userId = "u1", length = 3, eventCount = 1, attributes = attributes, erasureId = "x" });
        Hold(new InterestUpdated
        {
            userId = "u1",
            modelVersion = "m",
            interests = [new CategoryInterest { category = "tea", current = 1, next = 1 }],
            driftKind = DriftKind.TREND,
            rising = [new CategoryShift { category = "tea", delta = 0.1f }],
            falling = [],
            embedding = [1, 2, 3],
            boosts = [new ItemBoost { itemId = "i1", boost = -1 }],
        });
        Hold(new CatalogItem { itemId = "i1", title = "t", categories = ["a", "b"], kind = "ad", attributes = attributes, price = 1, available = true });
        Hold(new ItemVector { itemId = "i1", modelVersion = "m", vector = [1, 2, 3] });
        Hold(new ModelReleased { name = "n", version = "v", artifactUri = "file:///m", categories = ["a"], metrics = new Dictionary<string, double> { ["ndcg"] = 0.5 } });
        Hold(new ErasureRequested { erasureId = "x", userId = "u1", requestedAt = 5 });
    }

    [Fact]
    public void AnyTraceParentIsReadOrIgnored() => Fuzzing.Run(Mutations.Of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"u8.ToArray()), bytes =>
        TraceHeaders.Extract(new Headers { { "traceparent", bytes }, { "tracestate", bytes } }));

    private static void Hold<T>(T record) where T : class, ISpecificRecord, IBinaryRecord<T>, new()
    {
        using var stream = new MemoryStream();
        stream.Write([0, 0, 0, 0, Id]);
        new SpecificDatumWriter<T>(record.Schema).Write(record, new BinaryEncoder(stream));
        var codec = Codec(record.Schema);
        Fuzzing.Run(Mutations.Of(stream.ToArray()), bytes =>
        {
            try
            {
                Assert.NotNull(codec.DecodeAsync<T>("t", bytes).AsTask().GetAwaiter().GetResult());
            }
            catch (Exception e)
            {
                Assert.True(Failures.IsBadRecord(e), $"{typeof(T).Name} {Convert.ToHexString(bytes)}: {e}");
            }
        });
    }

    /// <summary>A codec whose registry knows one schema under one id, and no other.</summary>
    private static AvroCodec Codec(Avro.Schema schema) => new(Fake.Of<ISchemaRegistryClient>((method, args) => (method, args) switch
    {
        ("GetSchemaAsync" or "GetSchemaBySubjectAndIdAsync", _) => args.OfType<int>().First() == Id
            ? Task.FromResult(new Confluent.SchemaRegistry.Schema(schema.ToString(), SchemaType.Avro))
            : Task.FromException<Confluent.SchemaRegistry.Schema>(new SchemaRegistryException("Schema not found", System.Net.HttpStatusCode.NotFound, 40403)),
        ("get_MaxCachedSchemas", _) => 1_000,
        ("get_Config", _) => Array.Empty<KeyValuePair<string, string>>(),
        ("ConstructValueSubjectName", [string topic, ..]) => topic + "-value",
        ("LookupSchemaAsync", [string subject, ..]) => Task.FromResult(new RegisteredSchema(subject, 1, Id, schema.ToString(), SchemaType.Avro, [])),
        _ => throw new NotSupportedException($"{method}({string.Join(", ", args)})"),
    }));
}
