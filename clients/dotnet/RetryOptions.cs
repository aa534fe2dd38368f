namespace Driftline.Client;

/// <summary>How a request that a service could not take now is tried again: 408, 429, 502, 503, 504, a broken connection, no answer in time.</summary>
public sealed record RetryOptions
{
    /// <summary>Upper bound of the first wait; it doubles with each attempt, and the wait is a random part of at least half of it.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Upper bound of all waits; a Retry-After that asks for more is honoured.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>No attempt begins later than this after the first; zero tries once, <see cref="Timeout.InfiniteTimeSpan"/> never gives up.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long one attempt may take until its answer begins.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Called before each wait.</summary>
    public Action<RetryNotice>? OnRetry { get; init; }
}

/// <param name="Reason">Why the attempt failed.</param>
/// <param name="Attempt">The attempt that failed, from 1.</param>
/// <param name="Wait">Until the next.</param>
public sealed record RetryNotice(string Reason, int Attempt, TimeSpan Wait);
