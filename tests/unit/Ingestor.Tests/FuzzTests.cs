using System.Text;
using System.Text.Json;
using Avro.IO;
using Avro.Specific;
using Driftline.Hosting;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor.Tests;

/// <summary>Whatever bytes come in: an event or a reason, and never an exception that is not the request's own fault.</summary>
public sealed class FuzzTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static readonly byte[][] Seeds =
    [
        .. new[]
        {
            """{"eventId":"e1","eventType":"review","userId":"u1","sessionId":"s1","eventTime":"2026-01-31T12:00:00+01:00","sentAt":"2026-01-31T12:00:01Z","items":[{"itemId":"i1","quantity":2,"price":9.9}],"rating":4,"reviewText":"Ünï 😀","attributionToken":"t","attributes":{"a/b~c":"x","n":null},"consent":true}""",
            """[{"eventId":"e1","eventType":"purchase","userId":"u1","items":[{"itemId":"i1","price":0},{"itemId":"i2"}],"currency":"EUR"},{"eventId":"e2","eventType":"click","userId":"u2","items":[{"itemId":"i1"}],"consent":false},7,null]""",
            """[{"id":"i1","title":"Rain jacket","category":["Outdoor","Jackets"],"description":"Light.","price":89,"currency":"EUR","available":false,"kind":"ad","attributes":{"brand":"Nord"}},{"id":"i2","category":"Hats"}]""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static readonly IngestorOptions Limits = new();

    [Fact]
    public void AnyBodyIsReadAsEventsOrRefusedForAReason()
    {
        foreach (var pseudonymise in (bool[])[false, true])
        {
            var reader = new EventReader(Options.Create(Limits), new Pseudonyms(Options.Create(new PrivacyOptions { Pseudonymise = pseudonymise, HashKey = "a2V5" })));
            Fuzzing.Run(Mutations.Of(Seeds), bytes => ForEach(bytes, (element, pointer) =>
            {
                var reading = reader.Read(element, pointer, Now);
                if (reading.Event is { } read) Assert.True(Encoded(read) > 0);
                else if (reading.Consent || reading.Rejection is not null) IsReason(reading.Rejection, pointer);
                Assert.False(reading.Event is not null && reading.Rejection is not null);
                Assert.True(reading.Original.Length <= Limits.MaxElementBytes);
                if (!reading.Consent) Assert.Empty(reading.Original);
                Assert.NotEmpty(reading.Field);
            }));
        }
    }

    [Fact]
    public void AnyBodyIsReadAsItemsOrRefusedForAReason()
    {
        var reader = new ItemReader(Options.Create(Limits));
        Fuzzing.Run(Mutations.Of(Seeds), bytes => ForEach(bytes, (element, pointer) =>
        {
            var reading = reader.Read(element, pointer, Now);
            if (reading.Item is { } item) Assert.True(Encoded(item) > 0);
            else IsReason(reading.Rejection, pointer);
        }));
    }

    [Fact]
    public void AnyPathNamesAnIdOrNone() => Fuzzing.Run(Mutations.Of("/v1/items/sku-1", "/v1/items/a%2Fb%252F", "/v1/items/%F0%9F%98%80?x=1"), target =>
    {
        var id = PathId.Read(target, "/v1/items/");
        Assert.True(id.Length <= target.Length);
    });

    private static void ForEach(byte[] bytes, Action<JsonElement, string> read)
    {
        try
        {
            using var body = RequestBody.Parse(bytes, Limits.MaxBatchEvents);
            foreach (var (element, pointer) in body.Elements) read(element, pointer);
        }
        catch (BadRequestException e)
        {
            Assert.InRange(e.Status, 400, 415);
            Assert.NotEmpty(e.Message);
        }
    }

    private static void IsReason(Rejection? rejection, string pointer)
    {
        Assert.NotNull(rejection);
        Assert.StartsWith(pointer, rejection.Pointer, StringComparison.Ordinal);
        Assert.NotEmpty(rejection.Reason);
    }

    private static long Encoded<T>(T record) where T : ISpecificRecord
    {
        using var stream = new MemoryStream();
        new SpecificDatumWriter<T>(record.Schema).Write(record, new BinaryEncoder(stream));
        return stream.Length;
    }
}
