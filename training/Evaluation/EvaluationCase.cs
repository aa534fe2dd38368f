using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>One question to a ranker or forecaster: these events are known, what comes next?</summary>
public sealed class EvaluationCase
{
    /// <param name="user">Whose.</param>
    /// <param name="known">How many of the user's events, from the oldest, are known; at least 1.</param>
    /// <param name="relevant">Distinct rows of the item table that come next, in the order in which they come.</param>
    /// <param name="futureEnd">Events [known, futureEnd) are what the category forecast is judged on.</param>
    /// <param name="asOf">The moment of the question, in milliseconds since the Unix epoch.</param>
    public EvaluationCase(UserHistory user, int known, int[] relevant, int futureEnd, long asOf)
    {
        (User, Known, Relevant, FutureEnd, AsOf) = (user, known, relevant, futureEnd, asOf);
        var before = new HashSet<int>();
        foreach (var e in Before) before.Add(e.Item);
        RelevantNew = [.. relevant.Where(row => !before.Contains(row))];
    }

    /// <summary>Whose.</summary>
    public UserHistory User { get; }

    /// <summary>How many of the user's events, from the oldest, are known.</summary>
    public int Known { get; }

    /// <summary>Distinct rows of the item table that come next.</summary>
    public int[] Relevant { get; }

    /// <summary>Those of <see cref="Relevant"/> that are not among the known events.</summary>
    public int[] RelevantNew { get; }

    /// <summary>End of the events that the category forecast is judged on; they begin at <see cref="Known"/>.</summary>
    public int FutureEnd { get; }

    /// <summary>
    /// The moment of the question, in milliseconds: the last known event's time for leave-out, T for the test of a split by time, and the time of
    /// the held-out order for its validation.
    /// </summary>
    public long AsOf { get; }

    /// <summary>The known events.</summary>
    public ArraySegment<EncodedEvent> Before => new(User.Events, 0, Known);

    /// <summary>The events that the category forecast is judged on.</summary>
    public ArraySegment<EncodedEvent> Future => new(User.Events, Known, FutureEnd - Known);
}
