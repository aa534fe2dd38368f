using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Confluent.SchemaRegistry.Serdes;
using driftline.events;
using Xunit;
using static Driftline.Local.Tests.KafkaClients;

namespace Driftline.Local.Tests;

public sealed class LocalSchemaRegistryTests : IAsyncLifetime
{
    private LocalSchemaRegistry _registry = null!;
    private CachedSchemaRegistryClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _registry = await LocalSchemaRegistry.StartAsync();
        _client = new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = _registry.Url.ToString() });
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _registry.DisposeAsync();
    }

    [Fact]
    public async Task AnEventGoesThroughBrokerAndRegistryUnchanged()
    {
        using var broker = TestBroker.Start();
        broker.CreateTopic("storefront.events", partitions: 1);
        await _client.RegisterSchemaAsync("storefront.events-value", new Schema(StorefrontEvent._SCHEMA.ToString(), SchemaType.Avro));
        var sent = new StorefrontEvent
        {
            eventId = "e1",
            userId = "u1",
            eventTime = 1_700_000_000_000,
            receivedAt = 1_700_000_000_005,
            payload = new Purchase { items = [new EventItem { itemId = "mug/é", quantity = 2, price = 9.9 }], currency = "EUR" },
            attributes = new Dictionary<string, string> { ["ageBand"] = "25-34" },
        };

        var serializer = new AvroSerializer<StorefrontEvent>(_client, new AvroSerializerConfig { AutoRegisterSchemas = false });
        using var producer = new ProducerBuilder<string, StorefrontEvent>(Producer(broker)).SetValueSerializer(serializer).Build();
        await producer.ProduceAsync("storefront.events", new Message<string, StorefrontEvent> { Key = "u1", Value = sent });

        using var consumer = new ConsumerBuilder<string, byte[]>(Consumer(broker, "g")).Build();
        consumer.Assign(new TopicPartitionOffset("storefront.events", 0, Offset.Beginning));
        var record = consumer.Take(1)[0];
        var read = await new AvroDeserializer<StorefrontEvent>(_client).DeserializeAsync(
            record.Message.Value, isNull: false, new SerializationContext(MessageComponentType.Value, record.Topic));
        Assert.Equal("e1", read.eventId);
        Assert.Equal("25-34", read.attributes["ageBand"]);
        var item = Assert.Single(Assert.IsType<Purchase>(read.payload).items);
        Assert.Equal(("mug/é", 2, 9.9), (item.itemId, item.quantity, item.price));
    }

    [Fact]
    public async Task AnUnregisteredSchemaIsNotMadeUpByASerializer()
    {
        var serializer = new AvroSerializer<StorefrontEvent>(_client, new AvroSerializerConfig { AutoRegisterSchemas = false });
        var refused = await Assert.ThrowsAsync<SchemaRegistryException>(() => serializer.SerializeAsync(
            new StorefrontEvent(), new SerializationContext(MessageComponentType.Value, "nowhere")));
        Assert.Equal(40401, refused.ErrorCode);
    }

    [Fact]
    public async Task RegisteringTwiceGivesOneVersionAndOneId()
    {
        var id = await Register("s", """{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}""");
        Assert.Equal(id, await Register("s", """{ "name": "R", "type": "record", "fields": [ { "type": "string", "name": "a" } ] }"""));
        Assert.Equal(id, await Register("other", """{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}"""));
        Assert.Equal([1], await _client.GetSubjectVersionsAsync("s"));
        Assert.Equal(["other", "s"], await _client.GetAllSubjectsAsync());
        var latest = await _client.GetLatestSchemaAsync("s");
        Assert.Equal((1, id), (latest.Version, latest.Id));
    }

    [Fact]
    public async Task AnIncompatibleSchemaIsRefusedWithTheFieldsName()
    {
        await Register("s", """{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}""");
        const string next = """{"type":"record","name":"R","fields":[{"name":"a","type":"string"},{"name":"colour","type":"string"}]}""";
        Assert.False(await _client.IsCompatibleAsync("s", new Schema(next, SchemaType.Avro)));
        var refused = await Assert.ThrowsAsync<SchemaRegistryException>(() => Register("s", next));
        Assert.Equal((HttpStatusCode.Conflict, 409), (refused.Status, refused.ErrorCode));
        Assert.Contains("'colour'", refused.Message, StringComparison.Ordinal);
        Assert.Equal([1], await _client.GetSubjectVersionsAsync("s"));
    }

    [Fact]
    public async Task ASchemaIsHeldAgainstEveryEarlierVersion()
    {
        await Register("s", """{"type":"record","name":"R","fields":[]}""");
        await Register("s", """{"type":"record","name":"R","fields":[{"name":"a","type":"string","default":""}]}""");
        const string next = """{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}""";
        await Assert.ThrowsAsync<SchemaRegistryException>(() => Register("s", next));
        await _client.UpdateCompatibilityAsync(Compatibility.Backward, "s");
        Assert.Equal(3, await Register("s", next));
    }

    [Fact]
    public async Task CompatibilityIsSetForOneSubjectOrForAll()
    {
        Assert.Equal(Compatibility.BackwardTransitive, await _client.GetCompatibilityAsync());
        await _client.UpdateCompatibilityAsync(Compatibility.None, "s");
        Assert.Equal(Compatibility.None, await _client.GetCompatibilityAsync("s"));
        await _client.UpdateCompatibilityAsync(Compatibility.FullTransitive);
        Assert.Equal(Compatibility.FullTransitive, await _client.GetCompatibilityAsync());
        Assert.Equal(Compatibility.None, await _client.GetCompatibilityAsync("s"));
    }

    [Theory]
    [InlineData("a/b c?d#e")]
    [InlineData("a%2Fb")]
    [InlineData("日本-value")]
    public async Task ASubjectMayHoldAnyCharacter(string subject)
    {
        await Register(subject, "\"string\"");
        Assert.Equal([subject], await _client.GetAllSubjectsAsync());
        Assert.Equal([1], await _client.GetSubjectVersionsAsync(subject));
    }

    [Theory]
    [InlineData("GET", "subjects/none/versions", null, 404, 40401)]
    [InlineData("GET", "subjects/s/versions/9", null, 404, 40402)]
    [InlineData("GET", "subjects/s/versions/x", null, 422, 42202)]
    [InlineData("GET", "schemas/ids/99", null, 404, 40403)]
    [InlineData("POST", "subjects/s", """{"schema":"\"long\""}""", 404, 40403)]
    [InlineData("POST", "subjects/s/versions", """{"schema":"{\"type\":\"nonsense\"}"}""", 422, 42201)]
    [InlineData("POST", "subjects/s/versions", """{"schema":"{"}""", 422, 42201)]
    [InlineData("POST", "subjects/s/versions", """{"schema":"message M {}","schemaType":"PROTOBUF"}""", 422, 42201)]
    [InlineData("POST", "subjects/s/versions", "{", 400, 400)]
    [InlineData("PUT", "config", """{"compatibility":"SOMETIMES"}""", 422, 42203)]
    [InlineData("GET", "config/s", null, 404, 40408)]
    [InlineData("GET", "no/such/page", null, 404, 404)]
    public async Task AMistakeGetsTheRegistrysErrorCode(string method, string path, string? body, int status, int code)
    {
        await Register("s", "\"string\"");
        using var http = new HttpClient { BaseAddress = _registry.Url };
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body) };
        using var answer = await http.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/vnd.schemaregistry.v1+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error_code").GetInt32());
    }

    private Task<int> Register(string subject, string schema) => _client.RegisterSchemaAsync(subject, new Schema(schema, SchemaType.Avro));
}
