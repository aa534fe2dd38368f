using Avro.IO;
using Avro.Specific;
using driftline.events;
using Driftline.AvroBinary;
using Driftline.Sequences;

namespace Driftline.Bench.Regressions;

/// <summary>What must not get slower, each beside its yardstick.</summary>
internal static class Ratios
{
    public static IEnumerable<Ratio> All() =>
    [
        Encode("storefront event", Event()), Decode("storefront event", Event()), Encode("interest update", Interests()), Decode("interest update", Interests()), Pack(),
    ];

    private static Ratio Encode<T>(string what, T record) where T : ISpecificRecord, IBinaryRecord<T>
    {
        var (writer, stream, theirs) = (new AvroWriter(), new MemoryStream(), new SpecificDatumWriter<T>(record.Schema));
        var encoder = new BinaryEncoder(stream);
        return new Ratio($"encode {what} / Apache.Avro", () =>
        {
            writer.Reset();
            record.Write(writer);
        }, () =>
        {
            stream.SetLength(0);
            theirs.Write(record, encoder);
        });
    }

    private static Ratio Decode<T>(string what, T record) where T : ISpecificRecord, IBinaryRecord<T>
    {
        var writer = new AvroWriter();
        record.Write(writer);
        var bytes = writer.Written.ToArray();
        var theirs = new SpecificDatumReader<T>(record.Schema, record.Schema);
        return new Ratio($"decode {what} / Apache.Avro", () =>
        {
            var reader = new AvroReader(bytes);
            GC.KeepAlive(T.Read(ref reader));
        }, () => GC.KeepAlive(theirs.Read(default!, new BinaryDecoder(new MemoryStream(bytes)))));
    }

    /// <summary>The yardstick copies as many bytes: a packed entry is little more than its item id.</summary>
    private static Ratio Pack()
    {
        var entry = new SequenceEntry(1_700_000_000_000, PackedMember.HashEventId("load-0123456789"), SequenceEventType.Click, 1, 40, "sku-0123456789");
        var packed = PackedMember.Pack(entry);
        return new Ratio("pack sequence entry / copy its bytes", () => GC.KeepAlive(PackedMember.Pack(entry)), () => GC.KeepAlive(packed.AsSpan().ToArray()));
    }

    private static StorefrontEvent Event() => new()
    {
        eventId = "01920000-0000-7000-8000-000000000000",
        userId = "shopper-12345",
        sessionId = "session-12345",
        eventTime = 1_700_000_000_000,
        receivedAt = 1_700_000_000_050,
        payload = new Purchase { items = [new EventItem { itemId = "sku-1", quantity = 2, price = 9.9 }, new EventItem { itemId = "sku-2", quantity = 1 }], currency = "EUR" },
        attributes = new Dictionary<string, string> { ["ageBand"] = "25-34" },
    };

    private static InterestUpdated Interests() => new()
    {
        userId = "shopper-12345",
        modelVersion = "0123456789ab",
        computedAt = 1_700_000_000_000,
        newestEventTime = 1_700_000_000_000,
        newestReceivedAt = 1_700_000_000_000,
        sequenceLength = 50,
        sequenceDigest = 42,
        interests = [.. Enumerable.Range(0, 30).Select(c => new CategoryInterest { category = $"Category {c}", current = 0.03f, next = 0.03f })],
        drift = 0.1f,
        driftKind = DriftKind.TREND,
        rising = [.. Enumerable.Range(0, 5).Select(c => new CategoryShift { category = $"Category {c}", delta = 0.01f })],
        falling = [.. Enumerable.Range(5, 5).Select(c => new CategoryShift { category = $"Category {c}", delta = -0.01f })],
        embedding = new float[64],
        boosts = [.. Enumerable.Range(0, 50).Select(i => new ItemBoost { itemId = $"sku-{i}", boost = 0.5f })],
    };
}
