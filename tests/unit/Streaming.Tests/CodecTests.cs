using System.Buffers.Binary;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using driftline.events;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>Every way in which a value can fail to decode is either its own fault or the registry's.</summary>
public sealed class CodecTests
{
    private const string Topic = "privacy.erasures";
    private const int Id = 7;
    private readonly Dictionary<int, string> _schemas = new() { [Id] = ErasureRequested._SCHEMA.ToString() };
    private readonly AvroCodec _codec;
    private readonly FakeTimeProvider _time = new();
    private readonly List<int> _asked = [];
    private SchemaType _type = SchemaType.Avro;
    private Exception? _away;

    public CodecTests() => _codec = new AvroCodec(Fake.Of<ISchemaRegistryClient>((method, args) => (method, args) switch
    {
        ("GetSchemaAsync", [int id, ..]) => SchemaAsync(id),
        ("GetSchemaBySubjectAndIdAsync", [_, int id, ..]) => SchemaAsync(id),
        ("GetSchemaIdAsync", [string subject, Confluent.SchemaRegistry.Schema schema, ..]) => IdAsync(subject, schema.SchemaString),
        ("GetSchemaIdAsync", [string subject, string schema, ..]) => IdAsync(subject, schema),
        ("LookupSchemaAsync", [string subject, Confluent.SchemaRegistry.Schema schema, ..]) => LookupAsync(subject, schema.SchemaString),
        ("get_MaxCachedSchemas", _) => 1_000,
        ("get_Config", _) => Array.Empty<KeyValuePair<string, string>>(),
        ("ConstructValueSubjectName", [string topic, ..]) => topic + "-value",
        _ => throw new NotSupportedException($"{method}({string.Join(", ", args)})"),
    }), _time);

    [Fact]
    public async Task ARecordSurvivesTheCodec()
    {
        var bytes = await EncodedAsync();
        var read = await _codec.DecodeAsync<ErasureRequested>(Topic, bytes);

        Assert.Equal(0, bytes[0]);
        Assert.Equal(Id, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1)));
        Assert.Equal(("x", "u1", 5L), (read.erasureId, read.userId, read.requestedAt));
    }

    [Fact]
    public async Task ARecordOfAnotherVersionOfTheSchemaIsResolvedFieldByField()
    {
        _schemas[9] = """
            {"type":"record","name":"ErasureRequested","namespace":"driftline.events","fields":[
              {"name":"requestedAt","type":"long"},{"name":"note","type":"string"},{"name":"userId","type":"string"},{"name":"erasureId","type":"string"}]}
            """;
        var writer = new Driftline.AvroBinary.AvroWriter();
        writer.WriteLong(5);
        writer.WriteString("a field that we do not know");
        writer.WriteString("u1");
        writer.WriteString("x");

        var read = await _codec.DecodeAsync<ErasureRequested>(Topic, [0, 0, 0, 0, 9, .. writer.Written]);

        Assert.Equal(("x", "u1", 5L), (read.erasureId, read.userId, read.requestedAt));
    }

    [Fact]
    public async Task BytesOfASchemaThatIsNotAvroAreABadRecord()
    {
        var bytes = WithSchemaId(await EncodedAsync(), 9);
        (_schemas[9], _type) = ("syntax = \"proto3\"; message Erasure { string user = 1; }", SchemaType.Protobuf);

        var e = await FailureAsync(bytes);

        Assert.True(Failures.IsBadRecord(e), e.ToString());
    }

    [Fact]
    public async Task ASchemaThatDiffersInItsDocumentationOnlyIsOurs()
    {
        _schemas[9] = """
            {"type":"record","name":"ErasureRequested","namespace":"driftline.events","doc":"Older words.","fields":[
              {"name":"erasureId","type":"string"},{"name":"userId","type":"string","doc":"Who."},{"name":"requestedAt","type":"long"}]}
            """;

        Assert.Equal("u1", (await _codec.DecodeAsync<ErasureRequested>(Topic, WithSchemaId(await EncodedAsync(), 9))).userId);
    }

    [Fact]
    public async Task ASchemaThatNobodyRegisteredIsAnErrorOfTheDeploymentNotOfTheRecord()
    {
        _schemas.Clear();

        var e = await Assert.ThrowsAsync<SchemaRegistryException>(EncodedAsync);

        Assert.False(Failures.IsBug(e));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("7B7D")]
    [InlineData("0500000007020202")]
    [InlineData("0000000007")]
    [InlineData("00000000070402")]
    [InlineData("0000000007FFFFFFFFFFFFFFFFFF01")]
    [InlineData("0000000007FEFFFFFF0F00")]
    public async Task BytesThatAreNoRecordAreABadRecord(string hex)
    {
        var e = await FailureAsync(Convert.FromHexString(hex));

        Assert.True(Failures.IsBadRecord(e), e.ToString());
    }

    [Fact]
    public async Task AnUnknownSchemaIdIsABadRecord() => Assert.True(Failures.IsBadRecord(await FailureAsync(WithSchemaId(await EncodedAsync(), 8))));

    [Fact]
    public async Task ABacklogOfAnUnknownSchemaIdAsksTheRegistryOnceASecond()
    {
        var bytes = WithSchemaId(await EncodedAsync(), 8);
        for (var i = 0; i < 2_000; i++) Assert.True(Failures.IsBadRecord(await FailureAsync(bytes)));
        Assert.Equal([8], _asked);

        _time.Advance(TimeSpan.FromSeconds(1));
        await FailureAsync(bytes);
        Assert.Equal([8, 8], _asked);
    }

    [Fact]
    public async Task ASchemaThatIsRegisteredAMomentLaterIsRead()
    {
        var bytes = WithSchemaId(await EncodedAsync(), 8);
        await FailureAsync(bytes);
        _schemas[8] = _schemas[Id];
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("u1", (await _codec.DecodeAsync<ErasureRequested>(Topic, bytes)).userId);
    }

    [Fact]
    public async Task AnotherRecordsSchemaIsABadRecord()
    {
        _schemas[8] = ModelReleased._SCHEMA.ToString();

        Assert.True(Failures.IsBadRecord(await FailureAsync(WithSchemaId(await EncodedAsync(), 8))));
    }

    [Theory]
    [InlineData(typeof(HttpRequestException))]
    [InlineData(typeof(TaskCanceledException))]
    [InlineData(typeof(ObjectDisposedException))]
    public async Task ARegistryThatIsAwayIsNobodysFault(Type error)
    {
        var bytes = await EncodedAsync();
        _away = error == typeof(ObjectDisposedException) ? new ObjectDisposedException("client") : (Exception)Activator.CreateInstance(error)!;

        var e = await FailureAsync(bytes);

        Assert.False(Failures.IsBadRecord(e), e.ToString());
        Assert.False(Failures.IsBug(e), e.ToString());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(401)]
    public async Task ARegistryThatAnswersWithAnErrorIsNobodysFault(int status)
    {
        var bytes = await EncodedAsync();
        _away = new SchemaRegistryException("refused", (System.Net.HttpStatusCode)status, status * 100 + 1);

        Assert.False(Failures.IsBadRecord(await FailureAsync(bytes)));
    }

    [Fact]
    public async Task ARegistryThatComesBackIsAskedAgain()
    {
        var bytes = await EncodedAsync();
        _away = new HttpRequestException();
        await FailureAsync(bytes);
        _away = null;

        Assert.Equal("u1", (await _codec.DecodeAsync<ErasureRequested>(Topic, bytes)).userId);
    }

    [Fact]
    public async Task ARecordThatCannotBeEncodedIsABugOfItsOwn()
    {
        var e = await Assert.ThrowsAnyAsync<Exception>(async () => await _codec.EncodeAsync(Topic, new ErasureRequested { erasureId = "x" }));

        Assert.True(Failures.IsBug(e), e.ToString());
    }

    [Fact]
    public async Task ATombstoneIsSentWithoutAskingTheRegistry()
    {
        var kafka = new ProducerUnderTest(_codec);
        _away = new HttpRequestException();

        await kafka.Producer.SendAsync<ErasureRequested>(Topic, "u1", null, new CloudEvent("e1", "/s", "t", DateTimeOffset.UnixEpoch));

        Assert.Null(Assert.Single(kafka.Sent).Message.Value);
        Assert.Equal("u1"u8.ToArray(), kafka.Sent[0].Message.Key);
    }

    [Fact]
    public async Task ASentRecordCarriesItsAttributesAndTheTraceOfItsCause()
    {
        var kafka = new ProducerUnderTest(_codec);
        var cause = new System.Diagnostics.ActivityContext(
            System.Diagnostics.ActivityTraceId.CreateRandom(), System.Diagnostics.ActivitySpanId.CreateRandom(), System.Diagnostics.ActivityTraceFlags.Recorded);

        await kafka.Producer.SendAsync(Topic, "u1", Record(), new CloudEvent("e1", "/s", "t", DateTimeOffset.UnixEpoch), cause);

        var message = Assert.Single(kafka.Sent).Message;
        Assert.Equal("e1", ProducerUnderTest.Text(message.Headers, "ce_id"));
        Assert.Equal(cause.TraceId, TraceHeaders.Extract(message.Headers).TraceId);
        Assert.Equal("u1", (await _codec.DecodeAsync<ErasureRequested>(Topic, message.Value!)).userId);
    }

    [Fact]
    public async Task AFullBufferReachesTheCaller()
    {
        var kafka = new ProducerUnderTest(_codec) { Refuse = _ => new Error(ErrorCode.Local_QueueFull) };

        var e = await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(() =>
            kafka.Producer.SendAsync(Topic, "u1", Record(), new CloudEvent("e1", "/s", "t", DateTimeOffset.UnixEpoch)));

        Assert.False(Failures.IsBug(e));
    }

    private static ErasureRequested Record() => new() { erasureId = "x", userId = "u1", requestedAt = 5 };

    private static byte[] WithSchemaId(byte[] bytes, int id)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), id);
        return bytes;
    }

    private Task<byte[]> EncodedAsync() => _codec.EncodeAsync(Topic, Record()).AsTask();

    private Task<Exception> FailureAsync(byte[] bytes) => Assert.ThrowsAnyAsync<Exception>(async () => await _codec.DecodeAsync<ErasureRequested>(Topic, bytes));

    private async Task<Confluent.SchemaRegistry.Schema> SchemaAsync(int id)
    {
        await Task.Yield();
        _asked.Add(id);
        if (_away is not null) throw _away;
        return _schemas.TryGetValue(id, out var schema)
            ? new Confluent.SchemaRegistry.Schema(schema, _type)
            : throw new SchemaRegistryException("Schema not found", System.Net.HttpStatusCode.NotFound, 40403);
    }

    private async Task<int> IdAsync(string subject, string schema)
    {
        await Task.Yield();
        Assert.Equal(Topic + "-value", subject);
        if (_away is not null) throw _away;
        var wanted = Avro.Schema.Parse(schema);
        return _schemas.Where(pair => Avro.Schema.Parse(pair.Value).Equals(wanted)).Select(pair => (int?)pair.Key).FirstOrDefault()
            ?? throw new SchemaRegistryException("Schema not found", System.Net.HttpStatusCode.NotFound, 40403);
    }

    private async Task<RegisteredSchema> LookupAsync(string subject, string schema) =>
        new(subject, 1, await IdAsync(subject, schema), schema, SchemaType.Avro, []);
}
