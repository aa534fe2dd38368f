namespace Driftline.Audit;

/// <summary>Holds what is there against what the input must end in.</summary>
internal static class Comparison
{
    private const int HashBytes = 8;
    private const int ItemAt = 11;

    public static Verdict Of(RecordedInput input, ObservedState observed)
    {
        var verdict = new Verdict();
        var expected = ExpectedState.Of(input);
        foreach (var sent in input.Elements) CheckAnswer(sent, verdict);
        CheckRejected(input, observed.Rejected, verdict);
        foreach (var (user, all) in expected.Users) CheckUser(user, all, observed, verdict);
        foreach (var user in observed.Users.Keys.Where(user => !expected.Users.ContainsKey(user))) verdict.Add(nameof(Verdict.WronglyAccepted), $"keys of {user}, who sent nothing that counts");
        return verdict;
    }

    private static void CheckAnswer(SentElement sent, Verdict verdict)
    {
        if (sent.Answer is not { } answer) verdict.Add(nameof(Verdict.Lost), $"element {sent.Number} was never answered");
        else if (sent.RefusedAt is { } fault && sent.IsTaken) verdict.Add(nameof(Verdict.WronglyAccepted), $"element {sent.Number} was taken, though {fault} is wrong");
        else if (!sent.IsTaken && (sent.RefusedAt is null || sent.RefusedAt != answer.RefusedAt))
            verdict.Add(nameof(Verdict.WronglyRejected), $"element {sent.Number} was refused at '{answer.RefusedAt ?? "nothing"}', not at '{sent.RefusedAt ?? "nothing"}'");
    }

    private static void CheckRejected(RecordedInput input, IReadOnlyList<RejectedRecord> rejected, Verdict verdict)
    {
        var there = rejected.Select(record => (record.Topic ?? "", Convert.ToHexString(record.Value))).ToHashSet();
        var due = input.Elements.Where(sent => sent.RefusedAt is not null).Select(sent => ("", Convert.ToHexString(sent.Element)))
            .Concat(input.Corrupt.Select(record => (record.Topic, Convert.ToHexString(record.Value)))).ToHashSet();
        foreach (var (topic, value) in due.Except(there)) verdict.Add(nameof(Verdict.Lost), $"not in the rejected topic: {(topic.Length > 0 ? $"a corrupt record of {topic}" : "a refused element")} ({value.Length / 2} bytes)");
        foreach (var record in rejected.Where(record => !due.Contains((record.Topic ?? "", Convert.ToHexString(record.Value)))))
            verdict.Add(nameof(Verdict.WronglyRejected), $"{record.Stage} rejected a record of {record.Topic ?? "the HTTP edge"} that is sound: {record.Error}");
    }

    private static void CheckUser(string user, List<ExpectedEntry> all, ObservedState observed, Verdict verdict)
    {
        var window = ExpectedState.Newest(all);
        var there = observed.Users.GetValueOrDefault(user) ?? new ObservedUser([], null);
        CheckSequence(user, window, there.Sequence, verdict);
        var digest = ExpectedState.Digest(window);
        var published = observed.Published.GetValueOrDefault(user);
        if (published is null || published.SequenceLength != window.Count || published.SequenceDigest != digest)
            verdict.Add(nameof(Verdict.StaleInterests), $"{user}: the newest update was computed from {published?.SequenceLength ?? 0} entries with digest {published?.SequenceDigest}, not from {window.Count} with {digest}");
        else if (there.Interest is null || !there.Interest.AsSpan().SequenceEqual(published.Bytes))
            verdict.Add(nameof(Verdict.StaleInterests), $"{user}: Redis does not hold the newest update");
    }

    private static void CheckSequence(string user, IReadOnlyList<ExpectedEntry> window, IReadOnlyList<(byte[] Member, double Score)> there, Verdict verdict)
    {
        var due = window.ToDictionary(entry => Convert.ToHexString(entry.Member), StringComparer.Ordinal);
        var items = window.Select(entry => Source(entry.Member)).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < there.Count; i++)
        {
            var (member, score) = there[i];
            var name = Convert.ToHexString(member);
            if (!due.Remove(name, out var entry))
                verdict.Add(items.Contains(Source(member)) ? nameof(Verdict.Duplicated) : nameof(Verdict.WronglyAccepted), $"{user}: entry {name} is not one of the {window.Count} expected");
            else if (score < entry.Earliest || score > entry.Latest || (i > 0 && Compare(there[i - 1], there[i]) >= 0))
                verdict.Add(nameof(Verdict.OutOfOrder), $"{user}: entry {name} is at {score:F0}, not at {entry.Earliest}");
        }

        foreach (var name in due.Keys) verdict.Add(nameof(Verdict.Lost), $"{user}: entry {name} is missing");
    }

    /// <summary>The event and the item: what makes an entry the same one, whatever else its member says.</summary>
    private static string Source(byte[] member) => Convert.ToHexString(member, 0, Math.Min(HashBytes, member.Length)) + ":" + Convert.ToHexString(member.AsSpan(Math.Min(ItemAt, member.Length)));

    private static int Compare((byte[] Member, double Score) a, (byte[] Member, double Score) b) =>
        a.Score != b.Score ? a.Score.CompareTo(b.Score) : a.Member.AsSpan().SequenceCompareTo(b.Member);
}
