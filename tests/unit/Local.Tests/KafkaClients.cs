using Confluent.Kafka;
using Xunit;

namespace Driftline.Local.Tests;

/// <summary>Stock Confluent clients, set for short tests.</summary>
internal static class KafkaClients
{
    /// <summary>Longest wait for anything that a healthy broker does in well under a second.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static ProducerConfig Producer(TestBroker broker) => new()
    {
        BootstrapServers = broker.BootstrapServers,
        LingerMs = 0,
        Acks = Acks.All,
        EnableIdempotence = true,
        ReconnectBackoffMs = 20,
        ReconnectBackoffMaxMs = 100,
    };

    public static ConsumerConfig Consumer(TestBroker broker, string group) => new()
    {
        BootstrapServers = broker.BootstrapServers,
        GroupId = group,
        EnableAutoCommit = false,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        FetchWaitMaxMs = 20,
        // The test broker waits for this long, less a second, when a group's members change.
        SessionTimeoutMs = 2000,
        HeartbeatIntervalMs = 200,
    };

    /// <summary>Reads exactly so many records, or fails.</summary>
    public static List<ConsumeResult<TKey, TValue>> Take<TKey, TValue>(this IConsumer<TKey, TValue> consumer, int count)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Patience;
        var records = new List<ConsumeResult<TKey, TValue>>(count);
        while (records.Count < count)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"{records.Count} of {count} records came within {Patience}.");
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record) records.Add(record);
        }

        return records;
    }

    /// <summary>Waits for something that no one announces, such as another process's output.</summary>
    public static async Task Eventually(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var patience = new CancellationTokenSource(Patience);
        while (!condition()) await timer.WaitForNextTickAsync(patience.Token);
    }
}
