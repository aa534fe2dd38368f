namespace Driftline.Audit;

/// <summary>What differs between what was sent and what is there. Everything is 0 in a sound pipeline.</summary>
public sealed class Verdict
{
    private const int ExamplesPerKind = 5;
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<string> _examples = [];

    /// <summary>Elements without an answer, entries missing from a sequence, rejected elements and corrupt records missing from the rejected topic.</summary>
    public int Lost => Count(nameof(Lost));

    /// <summary>Entries that a sequence holds twice.</summary>
    public int Duplicated => Count(nameof(Duplicated));

    /// <summary>Entries at another time or place than their event's.</summary>
    public int OutOfOrder => Count(nameof(OutOfOrder));

    /// <summary>Good elements that a stage refused, or bad ones refused for another fault than theirs.</summary>
    public int WronglyRejected => Count(nameof(WronglyRejected));

    /// <summary>Bad elements that were taken, and entries or users that nobody sent.</summary>
    public int WronglyAccepted => Count(nameof(WronglyAccepted));

    /// <summary>Users whose newest interest, on the topic or in Redis, was computed from another sequence than theirs.</summary>
    public int StaleInterests => Count(nameof(StaleInterests));

    public int Total => _counts.Values.Sum();

    /// <summary>The first few of each kind, for a person. They hold user ids: made-up ones, in a test.</summary>
    public IReadOnlyList<string> Examples => _examples;

    internal void Add(string kind, string example)
    {
        if ((_counts[kind] = Count(kind) + 1) <= ExamplesPerKind) _examples.Add($"{kind}: {example}");
    }

    private int Count(string kind) => _counts.GetValueOrDefault(kind);
}
