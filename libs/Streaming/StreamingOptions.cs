using System.ComponentModel.DataAnnotations;

namespace Driftline.Streaming;

/// <summary>
/// Configuration section <c>Kafka</c>. <c>Kafka:Client</c>, <c>Kafka:Consumer</c>, <c>Kafka:Producer</c> and <c>Kafka:Admin</c> are bound straight onto Confluent's
/// <c>ClientConfig</c>, <c>ConsumerConfig</c>, <c>ProducerConfig</c> and <c>AdminClientConfig</c> (<c>Kafka:Client:SecurityProtocol</c> and so on),
/// and <c>Kafka:Table</c> onto the <c>ConsumerConfig</c> of those who read a whole topic into memory, over <c>Kafka:Consumer</c>;
/// offsets, acknowledgements and idempotence stay with this library.
/// </summary>
public sealed class KafkaOptions
{
    public const string Section = "Kafka";

    /// <summary>Comma-separated host:port list. Environment: <c>Kafka__BootstrapServers</c>.</summary>
    [Required(ErrorMessage = "Kafka:BootstrapServers is missing: set it to the brokers' host:port list (environment variable Kafka__BootstrapServers).")]
    public string BootstrapServers { get; set; } = "";
}

/// <summary>
/// Configuration section <c>SchemaRegistry</c>. <c>SchemaRegistry:Client</c> is bound straight onto Confluent's <c>SchemaRegistryConfig</c>
/// (<c>SchemaRegistry:Client:BasicAuthUserInfo</c> and so on).
/// </summary>
public sealed class SchemaRegistryOptions
{
    public const string Section = "SchemaRegistry";

    /// <summary>Comma-separated URLs. Environment: <c>SchemaRegistry__Url</c>.</summary>
    [Required(ErrorMessage = "SchemaRegistry:Url is missing: set it to the Schema Registry's URL (environment variable SchemaRegistry__Url).")]
    public string Url { get; set; } = "";
}

/// <summary>How one consumer loop batches, and how it waits when a dependency is away.</summary>
public sealed class ConsumerLoopOptions
{
    /// <summary>Most records in a batch; also bounds what a loop holds in memory.</summary>
    [Range(1, 100_000, ErrorMessage = "MaxBatchRecords must be between 1 and 100000.")]
    public int MaxBatchRecords { get; set; } = 1_000;

    /// <summary>How long a batch may wait for more records after its first; zero takes only what has already been fetched.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10", ErrorMessage = "MaxBatchWait must be between 00:00:00 and 00:00:10.")]
    public TimeSpan MaxBatchWait { get; set; } = TimeSpan.Zero;

    /// <summary>First wait after a failure; it doubles with each failure in a row.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00", ErrorMessage = "MinBackoff must be between 10 ms and 1 minute.")]
    public TimeSpan MinBackoff { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait between attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00", ErrorMessage = "MaxBackoff must be between 10 ms and 10 minutes.")]
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(10);
}
