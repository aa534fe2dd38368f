using Driftline.Local.Capacity;
using Xunit;

namespace Driftline.Local.Tests;

public sealed class CapacityModelTests
{
    private static readonly UnitCosts Costs = new(
        "a machine",
        new Dictionary<string, CpuCost>
        {
            ["ingestor"] = new(0.05, 100e-6),
            ["feature-builder"] = new(0.05, 100e-6),
            ["predictor"] = new(0.1, 1e-3),
            ["recommender"] = new(0.05, 200e-6),
            ["redis"] = new(0.01, 50e-6),
        },
        SecondsPerRequest: 1e-3, SecondsPerEventRead: 4e-6, UpdatesPerEvent: 0.5,
        new Dictionary<string, double> { ["storefront.events"] = 400, ["interest.updates"] = 2_000 }, RedisBytesPerUser: 4_000, RedisBytesPerEntry: 40);

    [Fact]
    public void EveryReplicaPaysItsIdlePartAndLeavesRoomForABurst()
    {
        var capacity = new CapacityModel(Costs, new Building { CoresPerReplica = 2, Utilisation = 0.6 }).For(new Load(1e6, 5_000, 50, 1_000));

        // 5 cores of work; a replica works on 1.2 - 0.1 of its cores: 4.5 replicas.
        Assert.Equal(5, capacity.Replicas["predictor"]);
        Assert.Equal(5 + 5 * 0.1, capacity.CpuCores["predictor"], 6);
        // 0.98 of events that are shared and 1 of requests; each replica reads all events for 0.02, and has 1.2 - 0.05 - 0.02 left.
        Assert.Equal(2, capacity.Replicas["recommender"]);
        Assert.Equal(1.98 + 2 * (0.05 + 0.02), capacity.CpuCores["recommender"], 6);
        Assert.Equal(12, capacity.Partitions);
    }

    [Fact]
    public void RedisGrowsWithUsersAndTheirEntries()
    {
        var model = new CapacityModel(Costs, new Building { ShardGiB = 2 });

        Assert.Equal(1_000 * (4_000 + 9 * 40), model.RedisBytes(1_000, 10));
        var capacity = model.For(new Load(1e6, 100, 50, 10));
        Assert.Equal(1e6 * (4_000 + 49 * 40) / (1 << 30), capacity.RedisGiB, 6);
        Assert.Equal(3, capacity.RedisShards); // 5.6 GiB of 2 each
    }

    [Fact]
    public void ABusyRedisIsSplitEvenWhereItsDataAreFew() =>
        Assert.Equal(2, new CapacityModel(Costs, new Building()).For(new Load(10, 20_000, 50, 10)).RedisShards); // 1.01 cores of one thread each

    [Fact]
    public void KafkaCarriesEveryCopyAndKeepsWhatTheTopicsKeep()
    {
        var capacity = new CapacityModel(Costs, new Building { KafkaCopies = 3 }).For(new Load(1_000, 1_000, 50, 10, PeakToMean: 4));

        Assert.Equal((1_000 * 400 + 500 * 2_000) * 3.0 / (1 << 20), capacity.KafkaMiBPerSecond, 6);
        Assert.Equal((250 * 400 * 7 * 86_400.0 + 2 * 1_000 * 2_000) * 3 / (1 << 30), capacity.KafkaDiskGiB, 3);
    }

    [Fact]
    public void NoStageHasMoreReplicasThanPartitions()
    {
        var capacity = new CapacityModel(Costs, new Building()).For(new Load(1e8, 100_000, 50, 10_000));

        Assert.All(capacity.Replicas.Where(stage => stage.Key != "ingestor"), stage => Assert.True(stage.Value <= capacity.Partitions));
    }

    [Fact]
    public void AReplicaThatIdlesAwayItsCoresIsRefused() => Assert.Contains(
        "--cores-per-replica", Assert.Throws<InvalidOperationException>(() => new CapacityModel(Costs, new Building { CoresPerReplica = 0.1 }).For(new Load(1, 1, 1, 1))).Message, StringComparison.Ordinal);

    [Fact]
    public void ABadFileOfCostsIsNamedWithTheCommandThatMakesOne()
    {
        var path = Path.Combine(Path.GetTempPath(), $"costs-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, """{"machine":"x"}""");
        try
        {
            var problem = Assert.Throws<InvalidOperationException>(() => UnitCosts.Load(path)).Message;
            Assert.Contains(path, problem, StringComparison.Ordinal);
            Assert.Contains("bench -- capacity", problem, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void CostsAreReadAsTheyWereWritten()
    {
        var path = Path.Combine(Path.GetTempPath(), $"costs-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, Costs.ToJson());
        try
        {
            Assert.Equal(Costs.ToJson(), UnitCosts.Load(path).ToJson());
        }
        finally
        {
            File.Delete(path);
        }
    }
}
