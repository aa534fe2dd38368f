using Avro;
using Avro.IO;
using Avro.Specific;
using driftline.events;
using Driftline.AvroBinary;
using Xunit;

namespace Driftline.Schemas.Tests;

/// <summary>The records' own binary form is Avro's, byte for byte.</summary>
public sealed class BinaryRecordTests
{
    public static TheoryData<Type> Records =>
    [
        typeof(StorefrontEvent), typeof(SequenceUpdated), typeof(InterestUpdated), typeof(CatalogItem), typeof(ItemVector), typeof(ModelReleased), typeof(ErasureRequested),
    ];

    [Fact]
    public void EveryTopicsRecordIsTested() =>
        Assert.Equal(Topics.All.Select(topic => topic.Value?.Fullname).OfType<string>().Order(StringComparer.Ordinal), Records.Select(row => row.Data.FullName!).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Records))]
    public void ARecordWritesTheBytesThatApacheAvroWritesAndReadsThemBack(Type type) => Run(nameof(AgreesWithApache), type);

    [Theory]
    [MemberData(nameof(Records))]
    public void ARecordThatIsCutShortAnywhereIsInvalidData(Type type) => Run(nameof(RefusesEveryPrefix), type);

    [Fact]
    public void ABlockThatSaysHowManyBytesItHasIsReadAsOneWithoutThat()
    {
        // The Avro specification lets a writer give a negative count and then the block's length in bytes.
        var writer = new AvroWriter();
        writer.WriteString("sku-1");
        writer.WriteString("v1");
        writer.WriteLong(-2);
        writer.WriteLong(2 * sizeof(float));
        writer.WriteFloat(1.5f);
        writer.WriteFloat(-2);
        writer.WriteLong(1);
        writer.WriteFloat(3);
        writer.WriteEnd();
        writer.WriteLong(long.MinValue);
        var reader = new AvroReader(writer.Written);

        var read = ItemVector.Read(ref reader);

        Assert.Equal([1.5f, -2, 3], read.vector);
        Assert.Equal(long.MinValue, read.contentHash);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(1_000_000)]
    public void ACountBeyondTheBytesTakesNoMemory(long count)
    {
        var writer = new AvroWriter();
        writer.WriteString("sku-1");
        writer.WriteString("v1");
        writer.WriteLong(count);
        writer.WriteLong(0);
        var bytes = writer.Written.ToArray();

        Assert.Throws<InvalidDataException>(() =>
        {
            var reader = new AvroReader(bytes);
            return ItemVector.Read(ref reader);
        });
    }

    private static void Run(string check, Type type) =>
        typeof(BinaryRecordTests).GetMethod(check, System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, null);

    private static void AgreesWithApache<T>() where T : class, ISpecificRecord, IBinaryRecord<T>, new()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var record = (T)Sample(new T().Schema, typeof(T), new Random(seed))!;
            var expected = ByApache(record);

            Assert.Equal(expected, Written(record));
            var reader = new AvroReader(expected);
            Assert.Equal(expected, ByApache(T.Read(ref reader)));
        }
    }

    private static void RefusesEveryPrefix<T>() where T : class, ISpecificRecord, IBinaryRecord<T>, new()
    {
        var bytes = Written((T)Sample(new T().Schema, typeof(T), new Random(7))!);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() =>
            {
                var reader = new AvroReader(bytes.AsSpan(0, length));
                return T.Read(ref reader);
            });
        }
    }

    private static byte[] Written<T>(T record) where T : IBinaryRecord<T>
    {
        var writer = new AvroWriter();
        record.Write(writer);
        return writer.Written.ToArray();
    }

    private static byte[] ByApache<T>(T record) where T : ISpecificRecord
    {
        using var stream = new MemoryStream();
        new SpecificDatumWriter<T>(record.Schema).Write(record, new BinaryEncoder(stream));
        return stream.ToArray();
    }

    /// <summary>Any value that the schema allows, as the property's type holds it.</summary>
    private static object? Sample(Schema schema, Type type, Random random) => schema switch
    {
        UnionSchema union => Sample(union[random.Next(union.Count)], Nullable.GetUnderlyingType(type) ?? type, random),
        RecordSchema record => Filled(record, random),
        EnumSchema symbols => Enum.ToObject(type, random.Next(symbols.Count)),
        ArraySchema array => Items(array.ItemSchema, type.GenericTypeArguments[0], random),
        MapSchema map => Entries(map.ValueSchema, type.GenericTypeArguments[1], random),
        { Tag: Schema.Type.Null } => null,
        { Tag: Schema.Type.String } => Text(random),
        { Tag: Schema.Type.Int } => random.Next(2) == 0 ? random.Next(int.MinValue, int.MaxValue) : random.Next(-70, 70),
        { Tag: Schema.Type.Long } => random.Next(2) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.NextInt64(-9_000, 9_000),
        { Tag: Schema.Type.Float } => random.NextSingle() * 2 - 1,
        { Tag: Schema.Type.Double } => random.NextDouble() * 200 - 100,
        { Tag: Schema.Type.Boolean } => random.Next(2) == 0,
        _ => throw new NotSupportedException(schema.ToString()),
    };

    private static ISpecificRecord Filled(RecordSchema schema, Random random)
    {
        var type = typeof(StorefrontEvent).Assembly.GetType(schema.Fullname, throwOnError: true)!;
        var record = (ISpecificRecord)Activator.CreateInstance(type)!;
        foreach (var field in schema.Fields) record.Put(field.Pos, Sample(field.Schema, type.GetProperty(field.Name)!.PropertyType, random));
        return record;
    }

    private static System.Collections.IList Items(Schema schema, Type type, Random random)
    {
        var list = (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(type))!;
        for (var i = random.Next(5); i > 0; i--) list.Add(Sample(schema, type, random));
        return list;
    }

    private static System.Collections.IDictionary Entries(Schema schema, Type type, Random random)
    {
        var map = (System.Collections.IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), type))!;
        for (var i = random.Next(4); i > 0; i--) map[Text(random)] = Sample(schema, type, random);
        return map;
    }

    private static string Text(Random random) => random.Next(6) switch
    {
        0 => "",
        1 => "größer 😀 als",
        2 => new string('x', random.Next(200)),
        var n => $"text-{n}-{random.Next(1_000)}",
    };
}
