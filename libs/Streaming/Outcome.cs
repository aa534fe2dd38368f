namespace Driftline.Streaming;

/// <summary>What became of one record: done, or rejected for a reason that trying again cannot change.</summary>
public readonly record struct Outcome
{
    private Outcome(string? reason) => Reason = reason;

    /// <summary>Null when done.</summary>
    public string? Reason { get; }

    public bool IsRejected => Reason is not null;

    public static Outcome Done => default;

    /// <param name="reason">Goes into the dead letter: name the field and what was wrong with it, never the value of an id.</param>
    public static Outcome Rejected(string reason) => new(reason);
}
