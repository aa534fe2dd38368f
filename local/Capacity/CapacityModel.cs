using Driftline.Schemas;

namespace Driftline.Local.Capacity;

/// <summary>A shop's load.</summary>
/// <param name="Users">Users whose state is kept.</param>
/// <param name="EventsPerSecond">At the peak.</param>
/// <param name="EntriesPerUser">Entries of the average sequence.</param>
/// <param name="RequestsPerSecond">Recommendations asked for at the peak.</param>
/// <param name="PeakToMean">The peak over the mean of a week: what is kept for days was written at the mean.</param>
public sealed record Load(double Users, double EventsPerSecond, double EntriesPerUser, double RequestsPerSecond, double PeakToMean = 3);

/// <summary>What a cluster is built from, and what it costs.</summary>
public sealed record Building
{
    /// <summary>Cores of one replica.</summary>
    public double CoresPerReplica { get; init; } = 2;

    /// <summary>How busy a replica may be at the peak: what is left takes a replica's failure and a burst.</summary>
    public double Utilisation { get; init; } = 0.6;

    /// <summary>Data that one Redis shard holds, half of what its machine has.</summary>
    public double ShardGiB { get; init; } = 25;

    public int RedisCopies { get; init; } = 2;

    public int KafkaCopies { get; init; } = 3;

    /// <summary>Bytes per second that one broker takes in, copies included: a common planning figure, not measured here.</summary>
    public double BrokerMiBPerSecond { get; init; } = 100;

    public double BrokerDiskGiB { get; init; } = 4_000;

    /// <summary>US dollars for a core and for a GiB of memory, per hour; list prices differ, so give your own.</summary>
    public double CoreHour { get; init; } = 0.04;

    public double GiBHour { get; init; } = 0.005;
}

/// <summary>What a load needs.</summary>
/// <param name="CpuCores">CPU seconds per second by part.</param>
/// <param name="Replicas">Of each service; at least two.</param>
/// <param name="Partitions">Of each topic that is keyed by user: no stage has more working replicas than that.</param>
/// <param name="Bends">Which part runs out first, and what to do then.</param>
public sealed record Capacity(
    IReadOnlyDictionary<string, double> CpuCores, IReadOnlyDictionary<string, int> Replicas, int Partitions, double RedisGiB, int RedisShards,
    double KafkaMiBPerSecond, double KafkaDiskGiB, int Brokers, double DollarsPerMonth, string Bends);

/// <summary>
/// Sizes a cluster from measured unit costs. Each part's CPU is a straight line over its events; memory is a straight line over users and entries;
/// replicas share partitions, so each pays the idle part again; and every recommender reads every event.
/// </summary>
public sealed class CapacityModel(UnitCosts costs, Building building)
{
    private const double GiB = 1 << 30;
    private const double HoursPerMonth = 730;
    private static readonly string[] Services = [LocalService.Ingestor.Name, LocalService.FeatureBuilder.Name, LocalService.Predictor.Name, LocalService.Recommender.Name];

    /// <summary>CPU seconds per second of one replica of everything.</summary>
    public double Cores(string part, double eventsPerSecond) => costs.Cpu[part].Cores(eventsPerSecond);

    /// <summary>Bytes of users' state.</summary>
    public double RedisBytes(double users, double entriesPerUser) => users * (costs.RedisBytesPerUser + costs.RedisBytesPerEntry * Math.Max(0, entriesPerUser - 1));

    public Capacity For(Load load)
    {
        var cores = new Dictionary<string, double>(StringComparer.Ordinal);
        var replicas = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var service in Services)
        {
            var read = service == LocalService.Recommender.Name ? costs.SecondsPerEventRead * load.EventsPerSecond : 0;
            var each = costs.Cpu[service].IdleCores + read;
            var work = costs.Cpu[service].SecondsPerEvent * load.EventsPerSecond - read + (service == LocalService.Recommender.Name ? costs.SecondsPerRequest * load.RequestsPerSecond : 0);
            var room = building.CoresPerReplica * building.Utilisation - each;
            if (room <= 0) throw new InvalidOperationException($"Every replica of {service} uses {each:F2} cores whatever its share of the work: give --cores-per-replica more than {each / building.Utilisation:F1}.");
            replicas[service] = Math.Max(2, (int)Math.Ceiling(work / room));
            cores[service] = work + replicas[service] * each;
        }

        cores["redis"] = costs.Cpu["redis"].Cores(load.EventsPerSecond);
        var redis = RedisBytes(load.Users, load.EntriesPerUser) / GiB;
        var shards = Math.Max(1, (int)Math.Ceiling(Math.Max(redis / building.ShardGiB, cores["redis"] / building.Utilisation))); // a shard has one thread
        var (perSecond, disk) = Kafka(load);
        var brokers = Math.Max(building.KafkaCopies, (int)Math.Ceiling(Math.Max(perSecond / building.BrokerMiBPerSecond, disk / building.BrokerDiskGiB)));
        var consumers = Services.Skip(1).Max(service => replicas[service]);
        var partitions = Math.Max(12, RoundUp(consumers, 12));
        var coreCount = replicas.Values.Sum() * building.CoresPerReplica + shards * building.RedisCopies + brokers * 4;
        var memory = replicas.Values.Sum() * 2 + shards * building.RedisCopies * building.ShardGiB * 2 + brokers * 16;
        return new Capacity(
            cores, replicas, partitions, redis, shards, perSecond, disk, brokers,
            HoursPerMonth * (coreCount * building.CoreHour + memory * building.GiBHour), Bends(cores, replicas, shards, brokers));
    }

    private (double MiBPerSecond, double DiskGiB) Kafka(Load load)
    {
        double perSecond = 0, disk = 0;
        foreach (var (name, bytes) in costs.TopicBytesPerRecord)
        {
            var topic = Topics.All.Single(topic => topic.Name == name);
            var records = load.EventsPerSecond * (name == Topics.InterestUpdates.Name ? costs.UpdatesPerEvent : 1);
            perSecond += records * bytes * building.KafkaCopies / (1 << 20);
            // A compacted topic keeps the newest record of each user, and some that wait for the cleaner.
            disk += (topic.Retention is { } kept ? records / load.PeakToMean * kept.TotalSeconds : 2 * load.Users) * bytes * building.KafkaCopies / GiB;
        }

        return (perSecond, disk);
    }

    private static string Bends(Dictionary<string, double> cores, Dictionary<string, int> replicas, int shards, int brokers)
    {
        var (stage, most) = replicas.Where(pair => pair.Key != LocalService.Ingestor.Name).MaxBy(pair => cores[pair.Key]);
        return (most, shards, brokers) switch
        {
            ( > 1_000, _, _) => $"{stage}: {most} replicas want as many partitions a topic; split users over several clusters, or give the predictor a GPU",
            (_, > 16, _) => $"Redis: {shards} shards; use Redis Cluster, and shorten sequences or their time to live",
            (_, _, > 12) => $"Kafka: {brokers} brokers; shorten storefront.events' retention or move it to tiered storage",
            _ => $"{stage} ({most} replicas)",
        };
    }

    private static int RoundUp(int value, int step) => (value + step - 1) / step * step;
}
