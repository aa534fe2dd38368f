using Driftline.Schemas;

namespace Driftline.Local.Chaos;

/// <summary>Which faults a run injects, and when: the same for the same seed and length.</summary>
internal static class FaultPlan
{
    private static readonly TimeSpan FirstAt = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    /// <summary>A longer run has a fault.</summary>
    public static readonly TimeSpan Faultless = FirstAt + Quiet;

    public static readonly IReadOnlyList<string> Groups = ["driftline.feature-builder", "driftline.predictor", "driftline.recommender"];

    private static readonly string[] Consumed = [Topics.StorefrontEvents.Name, Topics.SequenceUpdates.Name, Topics.InterestUpdates.Name];

    /// <summary>
    /// Every kind comes up once, then every other target of it, in random order, before any comes up again: a short run has all kinds, a longer one all targets.
    /// Faults may overlap. None begins in the last seconds, so that a late one does not stand alone.
    /// </summary>
    /// <param name="services">Names of the running services.</param>
    /// <param name="leftOut">Kinds that are not injected.</param>
    public static IReadOnlyList<Fault> Make(TimeSpan length, int seed, IReadOnlyList<string> services, params IReadOnlyCollection<FaultKind> leftOut)
    {
        var random = new Random(seed);
        var faults = new List<Fault>();
        var bag = new Queue<(FaultKind Kind, string Target)>();
        for (var at = FirstAt; at < length - Quiet; at += Between(random, 1, 3))
        {
            if (bag.Count == 0)
            {
                var all = Choices(services).Where(choice => !leftOut.Contains(choice.Item1)).ToArray();
                random.Shuffle(all);
                var first = all.DistinctBy(choice => choice.Item1).ToArray();
                bag = new Queue<(FaultKind, string)>(first.Concat(all.Except(first)));
            }

            var (kind, target) = bag.Dequeue();
            faults.Add(new Fault(kind, at, Lasts(kind, random), target, random.Next()));
        }

        return faults;
    }

    private static IEnumerable<(FaultKind, string)> Choices(IReadOnlyList<string> services) => Enum.GetValues<FaultKind>().SelectMany(kind => kind switch
    {
        FaultKind.Kill or FaultKind.Terminate or FaultKind.Pause or FaultKind.ClockJump => services.Select(service => (kind, service)),
        FaultKind.LeaderMove => Topics.All.Select(topic => (kind, topic.Name)).Take(4),
        FaultKind.CoordinatorMove => Groups.Select(group => (kind, group)),
        FaultKind.RequestErrors => RequestErrors.All.Select(errors => (kind, errors.Name)),
        FaultKind.CorruptRecord => Consumed.Select(topic => (kind, topic)),
        FaultKind.RedisKill or FaultKind.RedisPause or FaultKind.RedisEmptied => [(kind, "redis")],
        FaultKind.RegistryDown => LocalService.All.Select(service => (kind, service.Name)),
        _ => [(kind, "")],
    });

    private static TimeSpan Lasts(FaultKind kind, Random random) => kind switch
    {
        FaultKind.Pause => Between(random, 5, 8), // the group's session timeout is 4 s
        FaultKind.RedisPause => Between(random, 1, 7), // a client's own timeout is 5 s
        FaultKind.BrokerDown or FaultKind.RoundTripTime or FaultKind.BrokenModel or FaultKind.DiskFull => Between(random, 2, 6),
        FaultKind.RegistryDown => Between(random, 5, 12), // longer than a service takes to start
        FaultKind.ClockJump => Between(random, 5, 15),
        FaultKind.ClusterDown or FaultKind.BufferFull => Between(random, 2, 13), // the ingestor gives a request up after 10 s
        _ => TimeSpan.Zero,
    };

    private static TimeSpan Between(Random random, double from, double to) => TimeSpan.FromSeconds(from + (to - from) * random.NextDouble());
}
