namespace Driftline.Streaming;

/// <summary>What became of one record: done, or rejected for a reason that trying again cannot change.</summary>
public readonly record struct Outcome
{
    internal const string Undecodable = "undecodable", Invalid = "invalid", Failed = "failed";

    private Outcome(string? reason, string kind) => (Reason, Kind) = (reason, kind);

    /// <summary>Null when done.</summary>
    public string? Reason { get; }

    /// <summary>What a rejection is counted under: its bytes cannot be read, what they say is wrong, or handling it fails each time.</summary>
    internal string Kind { get; }

    public bool IsRejected => Reason is not null;

    public static Outcome Done => default;

    /// <param name="reason">Goes into the dead letter: name the field and what was wrong with it, never the value of an id.</param>
    public static Outcome Rejected(string reason) => new(reason, Invalid);

    internal static Outcome Rejected(string reason, string kind) => new(reason, kind);
}
