namespace Driftline.Audit;

/// <summary>The state that the recorded input must end in.</summary>
internal sealed class ExpectedState
{
    /// <summary>Entries that a sequence keeps: the newest, by time and then by the member's bytes.</summary>
    public const int Window = 256;

    private readonly Dictionary<string, List<ExpectedEntry>> _users = new(StringComparer.Ordinal);

    /// <summary>Every entry of every user, the window's last.</summary>
    public IReadOnlyDictionary<string, List<ExpectedEntry>> Users => _users;

    public static ExpectedState Of(RecordedInput input)
    {
        var state = new ExpectedState();
        var known = new HashSet<(string User, string Member)>();
        foreach (var sent in input.Elements.Where(sent => sent.RefusedAt is null && sent.IsTaken))
        {
            var (user, entries) = ExpectedEntry.Of(sent);
            foreach (var entry in entries)
            {
                // The same event sent again changes nothing.
                if (!known.Add((user, Convert.ToHexString(entry.Member)))) continue;
                if (!state._users.TryGetValue(user, out var all)) state._users.Add(user, all = []);
                all.Add(entry);
            }
        }

        foreach (var all in state._users.Values) all.Sort(Compare);
        return state;
    }

    public static IReadOnlyList<ExpectedEntry> Newest(List<ExpectedEntry> all) => all.Count <= Window ? all : all.GetRange(all.Count - Window, Window);

    public static long Digest(IReadOnlyList<ExpectedEntry> window) => unchecked((long)window.Aggregate(0UL, (sum, entry) => unchecked(sum + entry.Hash)));

    private static int Compare(ExpectedEntry a, ExpectedEntry b) =>
        a.Earliest != b.Earliest ? a.Earliest.CompareTo(b.Earliest) : a.Member.AsSpan().SequenceCompareTo(b.Member);
}
