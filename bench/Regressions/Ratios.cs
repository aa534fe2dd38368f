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
}
