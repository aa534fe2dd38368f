using BenchmarkDotNet.Attributes;
using driftline.events;
using Driftline.AvroBinary;

namespace Driftline.Bench.Micro;

/// <summary>Records to and from Avro. The floor copies the record's bytes.</summary>
public class AvroBenchmarks : IHasFloor
{
    private readonly StorefrontEvent _event = SampleRecords.Event();
    private readonly InterestUpdated _update = SampleRecords.Interests();
    private readonly AvroWriter _writer = new();
    private byte[] _eventBytes = [], _updateBytes = [];

    [GlobalSetup]
    public void SetUp() => (_eventBytes, _updateBytes) = (Written(_event.Write), Written(_update.Write));

    double IHasFloor.Floor(string benchmark) => (benchmark.EndsWith("Event", StringComparison.Ordinal) ? _eventBytes : _updateBytes).Length / MachineRates.CacheBytes;

    [Benchmark]
    public int EncodeEvent() => Encode(_event);

    [Benchmark]
    public int EncodeUpdate() => Encode(_update);

    [Benchmark]
    public object DecodeEvent() => Decode<StorefrontEvent>(_eventBytes);

    [Benchmark]
    public object DecodeUpdate() => Decode<InterestUpdated>(_updateBytes);

    private int Encode<T>(T record) where T : IBinaryRecord<T>
    {
        _writer.Reset();
        record.Write(_writer);
        return _writer.Written.Length;
    }

    private static T Decode<T>(byte[] bytes) where T : IBinaryRecord<T>
    {
        var reader = new AvroReader(bytes);
        return T.Read(ref reader);
    }

    private byte[] Written(Action<AvroWriter> write)
    {
        _writer.Reset();
        write(_writer);
        return _writer.Written.ToArray();
    }
}
