using System.Text.Json;

namespace Driftline.Local.Chaos;

/// <summary>What a run does to the pipeline. Names appear in the report in camel case.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL to a service; its supervisor starts it again.</summary>
    Kill,

    /// <summary>SIGTERM to a service: it drains, ends, and is started again.</summary>
    Terminate,

    /// <summary>SIGSTOP to a service for longer than the group's session timeout, so that the group goes on without it.</summary>
    Pause,

    /// <summary>SIGSTOP to Redis.</summary>
    RedisPause,

    /// <summary>SIGKILL to Redis; it is started again with its append-only file.</summary>
    RedisKill,

    /// <summary>SIGKILL to Redis, which comes back with nothing; the sequences are rebuilt while events come in.</summary>
    RedisEmptied,

    /// <summary>One broker refuses connections.</summary>
    BrokerDown,

    /// <summary>No broker takes connections.</summary>
    ClusterDown,

    /// <summary>All brokers away while requests are large, so that the ingestor's small producer buffer fills.</summary>
    BufferFull,

    /// <summary>Half of a topic's partitions get another leader.</summary>
    LeaderMove,

    /// <summary>A consumer group gets another coordinator.</summary>
    CoordinatorMove,

    /// <summary>The next requests of one type fail.</summary>
    RequestErrors,

    /// <summary>A broker answers late.</summary>
    RoundTripTime,

    /// <summary>Bytes that are no record, on a topic that a stage consumes.</summary>
    CorruptRecord,

    /// <summary>Someone tries to register a schema that readers of the present one could not read; the registry must refuse.</summary>
    IncompatibleSchema,

    /// <summary>A release of an artifact that is damaged, until the sound one is released again.</summary>
    BrokenModel,

    /// <summary>A release of an artifact whose disk was full before all of it was there, until the sound one is released again.</summary>
    DiskFull,

    /// <summary>The registry breaks every connection, and a service that starts meanwhile knows no schema.</summary>
    RegistryDown,

    /// <summary>A service's clock jumps, and later jumps back.</summary>
    ClockJump,
}

internal static class FaultNames
{
    public static string Of(FaultKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());
}

/// <summary>One fault of a plan.</summary>
/// <param name="At">Since the stream of events began.</param>
/// <param name="Lasts">How long until it is undone; zero for faults that are over at once.</param>
/// <param name="Target">The service, group or topic; empty where there is no choice.</param>
/// <param name="Seed">Decides the rest: which broker, which error.</param>
internal sealed record Fault(FaultKind Kind, TimeSpan At, TimeSpan Lasts, string Target, int Seed);
