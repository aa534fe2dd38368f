using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Driftline.Streaming;

/// <summary>
/// One loop's pulse. Ready means that it was assigned partitions (a table: caught up) since it started; alive means that the loop turned lately. Neither asks whether
/// the broker can be reached: restarting a service does not mend a broker.
/// </summary>
public sealed class LoopHealth(string name, TimeProvider time)
{
    /// <summary>A loop that has not turned for this long is stuck: handlers are bounded far below it.</summary>
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(2);

    private long _lastBeat = time.GetTimestamp();
    private volatile bool _ready;

    public string Name => name;

    public bool Ready { get => _ready; internal set => _ready = value; }

    public bool Alive => time.GetElapsedTime(Interlocked.Read(ref _lastBeat)) < Stuck;

    internal void Beat() => Interlocked.Exchange(ref _lastBeat, time.GetTimestamp());
}

/// <summary>Readiness of all loops of the process.</summary>
internal sealed class LoopsReady(IEnumerable<LoopHealth> loops) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var waiting = loops.Where(loop => !loop.Ready).Select(loop => loop.Name).ToList();
        return Task.FromResult(waiting.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"waiting for partitions or for the end of the table: {string.Join(", ", waiting)}"));
    }
}

/// <summary>Liveness of all loops of the process.</summary>
internal sealed class LoopsAlive(IEnumerable<LoopHealth> loops) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var stuck = loops.Where(loop => !loop.Alive).Select(loop => loop.Name).ToList();
        return Task.FromResult(stuck.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"stuck: {string.Join(", ", stuck)}"));
    }
}
