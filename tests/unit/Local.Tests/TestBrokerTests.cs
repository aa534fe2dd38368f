using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Xunit;
using static Driftline.Local.Tests.KafkaClients;

namespace Driftline.Local.Tests;

public sealed class TestBrokerTests
{
    [Fact]
    public async Task AGroupResumesAfterItsLastCommit()
    {
        using var broker = TestBroker.Start();
        broker.CreateTopic("numbers", partitions: 2);
        using var producer = new ProducerBuilder<string, string>(Producer(broker)).Build();
        for (var i = 0; i < 10; i++) await producer.ProduceAsync("numbers", new Message<string, string> { Key = "k", Value = $"{i}" });

        using (var first = new ConsumerBuilder<string, string>(Consumer(broker, "readers")).Build())
        {
            first.Subscribe("numbers");
            var read = first.Take(4);
            Assert.Equal(["0", "1", "2", "3"], read.Select(record => record.Message.Value));
            first.Commit(read[^1]);
            first.Close();
        }

        using var second = new ConsumerBuilder<string, string>(Consumer(broker, "readers")).Build();
        second.Subscribe("numbers");
        Assert.Equal(["4", "5", "6", "7", "8", "9"], second.Take(6).Select(record => record.Message.Value));
        second.Close();
    }

    [Fact]
    public async Task RecordsBeforeAnOffsetAreGoneAndThoseAfterItStay()
    {
        using var broker = TestBroker.Start();
        broker.CreateTopic("numbers", partitions: 1);
        using var producer = new ProducerBuilder<Null, string>(Producer(broker)).Build();
        for (var i = 0; i < 10; i++) await producer.ProduceAsync("numbers", new Message<Null, string> { Value = $"{i}" });

        broker.DeleteRecords(new TopicPartitionOffset("numbers", 0, 6));

        using var consumer = new ConsumerBuilder<Ignore, string>(Consumer(broker, "g")).Build();
        Assert.Equal(6, consumer.QueryWatermarkOffsets(new TopicPartition("numbers", 0), Patience).Low.Value);
        consumer.Assign(new TopicPartitionOffset("numbers", 0, Offset.Beginning));
        Assert.Equal(["6", "7", "8", "9"], consumer.Take(4).Select(record => record.Message.Value));
    }

    [Fact]
    public async Task AProduceSurvivesABrokerThatGoesDownAndComesBack()
    {
        using var broker = TestBroker.Start();
        broker.CreateTopic("facts", partitions: 1);
        using var producer = new ProducerBuilder<Null, string>(Producer(broker)).Build();
        await producer.ProduceAsync("facts", new Message<Null, string> { Value = "before" });

        broker.SetDown();
        var pending = producer.ProduceAsync("facts", new Message<Null, string> { Value = "during" });
        Assert.False(pending.IsCompleted);
        broker.SetUp();
        Assert.Equal(PersistenceStatus.Persisted, (await pending.WaitAsync(Patience)).Status);

        using var consumer = new ConsumerBuilder<Ignore, string>(Consumer(broker, "g")).Build();
        consumer.Assign(new TopicPartitionOffset("facts", 0, Offset.Beginning));
        Assert.Equal(["before", "during"], consumer.Take(2).Select(record => record.Message.Value));
    }

    [Fact]
    public async Task ABrokerThatGoesDownBreaksItsConnectionsThoughAProgramWasStartedMeanwhile()
    {
        using var broker = TestBroker.Start();
        broker.CreateTopic("facts", partitions: 1);
        using var producer = new ProducerBuilder<Null, string>(Producer(broker)).Build();
        await producer.ProduceAsync("facts", new Message<Null, string> { Value = "before" });
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(broker.BootstrapServers));
        await producer.ProduceAsync("facts", new Message<Null, string> { Value = "once more" }); // after which the connection is accepted
        using var log = new ServiceLog(Directory.CreateTempSubdirectory("driftline-").FullName, "sleeper");
        await using var sleeper = ChildProcess.Start(new ProcessSpec("sleeper", "sleep", "600"), log);

        broker.SetDown();

        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task APushedErrorFailsTheNextRequestOfItsType()
    {
        using var broker = TestBroker.Start();
        broker.CreateTopic("facts", partitions: 1);
        using var producer = new ProducerBuilder<Null, string>(Producer(broker)).Build();
        broker.PushRequestErrors(KafkaRequest.Produce, ErrorCode.MsgSizeTooLarge);
        var refused = await Assert.ThrowsAsync<ProduceException<Null, string>>(() =>
            producer.ProduceAsync("facts", new Message<Null, string> { Value = "x" }));
        Assert.Equal(ErrorCode.MsgSizeTooLarge, refused.Error.Code);
        await producer.ProduceAsync("facts", new Message<Null, string> { Value = "y" });
    }

    [Fact]
    public async Task ASlowBrokerAnswersLate()
    {
        using var broker = TestBroker.Start();
        broker.CreateTopic("facts", partitions: 1);
        using var producer = new ProducerBuilder<Null, string>(Producer(broker)).Build();
        await producer.ProduceAsync("facts", new Message<Null, string> { Value = "fast" });
        broker.SetRoundTripTime(TestBroker.AllBrokers, TimeSpan.FromMilliseconds(300));
        var start = TimeProvider.System.GetTimestamp();
        await producer.ProduceAsync("facts", new Message<Null, string> { Value = "slow" });
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds, 290, 10_000);
    }

    [Fact]
    public async Task LeadershipAndCoordinationMoveBetweenBrokers()
    {
        using var broker = TestBroker.Start(brokers: 2);
        broker.CreateTopic("facts", partitions: 1);
        broker.SetLeader("facts", 0, 2);
        broker.SetCoordinator("g", 2);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        Assert.Equal(2, admin.GetMetadata("facts", Patience).Topics[0].Partitions[0].Leader);

        using var producer = new ProducerBuilder<Null, string>(Producer(broker)).Build();
        await producer.ProduceAsync("facts", new Message<Null, string> { Value = "x" });
        using var consumer = new ConsumerBuilder<Ignore, string>(Consumer(broker, "g")).Build();
        consumer.Subscribe("facts");
        consumer.Commit(consumer.Take(1)[0]);
        Assert.Equal(1, consumer.Committed([new TopicPartition("facts", 0)], Patience)[0].Offset.Value);
        consumer.Close();
    }

    [Fact]
    public void AMistakeNamesWhatWasAsked()
    {
        var broker = TestBroker.Start();
        broker.CreateTopic("facts", partitions: 1);
        var twice = Assert.Throws<InvalidOperationException>(() => broker.CreateTopic("facts", partitions: 1));
        Assert.Contains("create topic facts", twice.Message, StringComparison.Ordinal);
        broker.Dispose();
        broker.Dispose();
        Assert.Throws<ObjectDisposedException>(() => broker.SetUp());
    }
}
