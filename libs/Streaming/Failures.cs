using Avro;
using Confluent.Kafka;
using Confluent.SchemaRegistry;

namespace Driftline.Streaming;

/// <summary>Tells what trying again can mend from what it cannot (docs/adr/0001).</summary>
internal static class Failures
{
    private const int SchemaNotFound = 40403;

    /// <summary>The bytes themselves are wrong: not Avro, an unknown schema id, or a schema that ours cannot read.</summary>
    public static bool IsBadRecord(Exception e) => e switch
    {
        SchemaRegistryException registry => registry.ErrorCode == SchemaNotFound,
        ObjectDisposedException or HttpRequestException or KafkaException or TimeoutException or OperationCanceledException or OutOfMemoryException => false,
        AvroException or FormatException or InvalidDataException or EndOfStreamException or ArgumentException or InvalidCastException
            or InvalidOperationException or IndexOutOfRangeException or OverflowException or NullReferenceException or NotSupportedException => true,
        _ => false,
    };

    /// <summary>A fault of our own code met by a particular record. Everything else (broker, Redis, registry, disk) is worth another try.</summary>
    public static bool IsBug(Exception e) => e switch
    {
        ObjectDisposedException => false, // a client that went away during a shutdown says nothing about the record
        KafkaException kafka => kafka.Error.Code == ErrorCode.MsgSizeTooLarge,
        ArgumentException or InvalidOperationException or NullReferenceException or FormatException or InvalidCastException or IndexOutOfRangeException
            or KeyNotFoundException or NotSupportedException or ArithmeticException or AvroException or InvalidDataException => true,
        _ => false,
    };
}
