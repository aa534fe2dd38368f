using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;

namespace Driftline.Local;

/// <summary>
/// librdkafka's own test brokers: they listen on 127.0.0.1 on random ports and speak Kafka's wire protocol to any client in any process, for
/// local use and tests only. Records stay in memory, at most 5 MiB or 100,000 a partition, the oldest dropped silently. There is no
/// CreateTopics, no compaction and no access control. A group whose members change waits for <c>session.timeout.ms</c> less a second before
/// it shares partitions out anew: give its consumers a short one (2,000 ms makes that a second). Broker ids count from 1.
/// </summary>
public sealed class TestBroker : IDisposable
{
    /// <summary>Stands for every broker where a broker id is asked for.</summary>
    public const int AllBrokers = -1;

    // A group's first members would otherwise wait 3 s for others to join.
    private const int RebalanceDelayMs = 100;

    private readonly Lock _lifetime = new();
    private readonly int _brokers;
    private nint _client;
    private nint _cluster;

    private TestBroker(nint client, nint cluster, int brokers)
    {
        (_client, _cluster, _brokers) = (client, cluster, brokers);
        BootstrapServers = Marshal.PtrToStringUTF8(LibRdKafka.Bootstraps(cluster))!;
    }

    /// <summary>The brokers' addresses as <c>bootstrap.servers</c> wants them.</summary>
    public string BootstrapServers { get; }

    /// <summary>Starts a cluster.</summary>
    /// <exception cref="InvalidOperationException">librdkafka could not start it; the message says why.</exception>
    public static TestBroker Start(int brokers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(brokers, 1);
        var error = new byte[512];
        // The cluster keeps its books on a client handle, which must outlive it. That client connects to nothing.
        var configuration = LibRdKafka.ConfigurationNew();
        // Warnings and up: at 'notice' it would remark that it has no bootstrap.servers.
        _ = LibRdKafka.ConfigurationSet(configuration, "log_level", "4", error, (nuint)error.Length);
        var client = LibRdKafka.New(LibRdKafka.Producer, configuration, error, (nuint)error.Length);
        if (client == 0) throw new InvalidOperationException("librdkafka made no client: " + Encoding.UTF8.GetString(error).TrimEnd('\0'));
        var cluster = LibRdKafka.ClusterNew(client, brokers);
        if (cluster == 0)
        {
            LibRdKafka.Destroy(client);
            throw new InvalidOperationException($"librdkafka could not start {brokers} test brokers: are ports on 127.0.0.1 to be had?");
        }

        LibRdKafka.SetInitialRebalanceDelay(cluster, RebalanceDelayMs);
        var broker = new TestBroker(client, cluster, brokers);
        ListenBacklog.Raise(broker.BootstrapServers);
        return broker;
    }

    /// <summary>Makes a topic, replicated to at most three brokers. A topic that clients only mention is made with four partitions.</summary>
    public void CreateTopic(string name, int partitions) =>
        Call(cluster => LibRdKafka.TopicCreate(cluster, name, partitions, Math.Min(_brokers, 3)), $"create topic {name} with {partitions} partitions");

    /// <summary>
    /// Deletes a partition's records before an offset, as retention does in time. A fetch is the cheaper the fewer there are: the broker looks for its offset from the
    /// first set of records on.
    /// </summary>
    public void DeleteRecords(TopicPartitionOffset before) =>
        Call(cluster => LibRdKafka.DeleteRecords(cluster, before.Topic, before.Partition.Value, before.Offset.Value), $"delete records before {before}");

    /// <summary>Closes a broker's connections and refuses new ones; leaders stay where they are. Data is kept.</summary>
    public void SetDown(int brokerId = AllBrokers) => Call(cluster => LibRdKafka.SetDown(cluster, brokerId), $"take broker {brokerId} down");

    /// <summary>Lets a broker accept connections again.</summary>
    public void SetUp(int brokerId = AllBrokers)
    {
        Call(cluster => LibRdKafka.SetUp(cluster, brokerId), $"bring broker {brokerId} up");
        ListenBacklog.Raise(BootstrapServers); // it listens anew
    }

    /// <summary>Delays every answer of a broker; whole milliseconds.</summary>
    public void SetRoundTripTime(int brokerId, TimeSpan delay) =>
        Call(cluster => LibRdKafka.SetRoundTripTime(cluster, brokerId, (int)delay.TotalMilliseconds), $"slow broker {brokerId}");

    /// <summary>
    /// Answers the next requests of a type with these errors, one each. <see cref="ErrorCode.Local_Transport"/> closes the connection instead.
    /// </summary>
    public void PushRequestErrors(KafkaRequest request, params ErrorCode[] errors) => Call(
        cluster =>
        {
            LibRdKafka.PushRequestErrors(cluster, (short)request, (nuint)errors.Length, errors);
            return ErrorCode.NoError;
        },
        $"fail {request}");

    /// <summary>Moves a partition's leadership; -1 leaves the partition without a leader.</summary>
    public void SetLeader(string topic, int partition, int brokerId) =>
        Call(cluster => LibRdKafka.SetLeader(cluster, topic, partition, brokerId), $"make broker {brokerId} lead {topic}[{partition}]");

    /// <summary>Moves a consumer group's coordinator.</summary>
    public void SetCoordinator(string group, int brokerId) =>
        Call(cluster => LibRdKafka.SetCoordinator(cluster, "group", group, brokerId), $"make broker {brokerId} coordinate {group}");

    /// <summary>Closes every connection and frees the records.</summary>
    public void Dispose()
    {
        lock (_lifetime)
        {
            if (_cluster == 0) return;
            LibRdKafka.ClusterDestroy(_cluster);
            LibRdKafka.Destroy(_client);
            (_cluster, _client) = (0, 0);
        }
    }

    private void Call(Func<nint, ErrorCode> call, string what)
    {
        lock (_lifetime)
        {
            ObjectDisposedException.ThrowIf(_cluster == 0, this);
            var error = call(_cluster);
            if (error != ErrorCode.NoError) throw new InvalidOperationException($"The test broker could not {what}: {error.GetReason()}.");
        }
    }
}
