using System.Runtime.CompilerServices;

namespace Driftline.Client;

/// <summary>How <see cref="EventSender"/> gathers and keeps events.</summary>
public sealed record EventSenderOptions
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(uint.MaxValue - 1); // of .NET's timers

    /// <summary>Most events that wait to be sent; when there are as many, <see cref="EventSender.SendAsync"/> waits.</summary>
    public int Capacity { get; init; } = 10_000;

    /// <summary>How long the first event of a batch waits for others.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Most events in one request; the ingestor takes 1,000.</summary>
    public int MaxBatchEvents { get; init; } = JsonBatch.MostEvents;

    /// <summary>Most bytes in one request; the ingestor takes 1 MiB.</summary>
    public int MaxBatchBytes { get; init; } = JsonBatch.MostBytes;

    /// <summary>How long disposing waits for what has not been delivered yet.</summary>
    public TimeSpan DisposeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Called, one event at a time, for every event that will not reach Kafka. It must return soon: sending waits for it.</summary>
    public Action<FailedEvent>? OnFailure { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBatchEvents, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBatchBytes, 2);
        CheckWait(Linger);
        CheckWait(DisposeTimeout);
    }

    private static void CheckWait(TimeSpan wait, [CallerArgumentExpression(nameof(wait))] string? name = null)
    {
        if (wait == Timeout.InfiniteTimeSpan) return;
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wait, LongestWait, name);
    }
}

/// <summary>An event that will not reach Kafka.</summary>
/// <param name="Event">As it was given.</param>
/// <param name="Rejected">True if the ingestor refused it: sending it again unchanged is of no use. False if it could not be delivered; it may be sent again.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="Pointer">RFC 6901 pointer into the event, where one field is at fault.</param>
public sealed record FailedEvent(StorefrontEvent Event, bool Rejected, string Reason, string? Pointer = null);

/// <summary>What became of the events so far.</summary>
/// <param name="Delivered">Acknowledged by Kafka, now or before; or, without the user's consent, counted only.</param>
/// <param name="Rejected">Refused by the ingestor.</param>
/// <param name="Undelivered">Given up.</param>
public readonly record struct SenderCounts(long Delivered, long Rejected, long Undelivered);
