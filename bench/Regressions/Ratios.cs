using Avro.IO;
using Avro.Specific;
using Driftline.AvroBinary;
using Driftline.Sequences;

namespace Driftline.Bench.Regressions;

/// <summary>What must not get slower, each beside its yardstick.</summary>
internal static class Ratios
{
    public static IEnumerable<Ratio> All() =>
    [
        Encode("storefront event", SampleRecords.Event()), Decode("storefront event", SampleRecords.Event()), Encode("interest update", SampleRecords.Interests()), Decode("interest update", SampleRecords.Interests()), Pack(),
    ];

    private static Ratio Encode<T>(string what, T record) where T : ISpecificRecord, IBinaryRecord<T>
    {
        var writer = new AvroWriter();
        return new Ratio($"encode {what} / Apache.Avro", () =>
        {
            writer.Reset();
            record.Write(writer);
        }, WithApache(record));
    }

    private static Action WithApache<T>(T record) where T : ISpecificRecord
    {
        var (stream, writer) = (new MemoryStream(), new SpecificDatumWriter<T>(record.Schema));
        var encoder = new BinaryEncoder(stream);
        return () =>
        {
            stream.SetLength(0);
            writer.Write(record, encoder);
        };
    }

    /// <summary>The yardstick writes the record: how long Apache.Avro takes to read one with a union of records differs by eight times from run to run.</summary>
    private static Ratio Decode<T>(string what, T record) where T : ISpecificRecord, IBinaryRecord<T>
    {
        var writer = new AvroWriter();
        record.Write(writer);
        var bytes = writer.Written.ToArray();
        return new Ratio($"decode {what} / Apache.Avro's encode", () =>
        {
            var reader = new AvroReader(bytes);
            GC.KeepAlive(T.Read(ref reader));
        }, WithApache(record));
    }

    /// <summary>The yardstick copies as many bytes: a packed entry is little more than its item id.</summary>
    private static Ratio Pack()
    {
        var entry = new SequenceEntry(1_700_000_000_000, PackedMember.HashEventId("load-0123456789"), SequenceEventType.Click, 1, 40, "sku-0123456789");
        var packed = PackedMember.Pack(entry);
        return new Ratio("pack sequence entry / copy its bytes", () => GC.KeepAlive(PackedMember.Pack(entry)), () => GC.KeepAlive(packed.AsSpan().ToArray()));
    }
}
