using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>
/// Some items held out of training wholly. Of a user with events of such items the last that has another event before it is the test: what is
/// known then is the user's events before it, less those of cold items. These and no later ones are for training too, the last of them for
/// validation. All events of other users but those of cold items are for training, their last for validation.
/// </summary>
public sealed class ColdSplit
{
    /// <summary>An item with fewer events is never held out.</summary>
    public const int LeastEvents = 5;

    private ColdSplit(TrainingData training, TrainingData all) => (Training, All) = (training, all);

    /// <summary>What a model is trained on: the cold items are not in its catalogue.</summary>
    public TrainingData Training { get; }

    /// <summary>The same users with their tests; the cold items come after all others in the catalogue, in random order.</summary>
    public TrainingData All { get; }

    /// <summary>Items that are not cold.</summary>
    public int Warm => Training.Items.Count;

    /// <param name="data">The whole set; its own split plays no part.</param>
    /// <param name="percent">Of the items with <see cref="LeastEvents"/> events or more, how many are held out; at least one.</param>
    /// <param name="seed">Chooses them.</param>
    /// <exception cref="InputException">There is no such item, or nothing is left to learn from or to ask.</exception>
    public static ColdSplit Of(TrainingData data, double percent, int seed)
    {
        var counts = new int[data.Items.Count];
        foreach (var e in data.Users.SelectMany(user => user.Events)) counts[e.Item - ItemRows.First]++;
        var candidates = Enumerable.Range(0, counts.Length).Where(item => counts[item] >= LeastEvents).ToArray();
        if (candidates.Length == 0) throw new InputException($"--data: no item has {LeastEvents} or more events, so that none can be held out.");
        new Random(seed).Shuffle(candidates);
        var cold = candidates[..Math.Max(1, (int)Math.Round(candidates.Length * percent / 100))];
        var isCold = new bool[counts.Length];
        foreach (var item in cold) isCold[item] = true;
        int[] order = [.. Enumerable.Range(0, counts.Length).Where(item => !isCold[item]), .. cold];
        var rows = new int[order.Length];
        for (var i = 0; i < order.Length; i++) rows[order[i]] = i + ItemRows.First;

        var training = new List<UserHistory>();
        var all = new List<UserHistory>();
        foreach (var user in data.Users)
        {
            var (warm, test) = Divide(user, rows, order.Length - cold.Length + ItemRows.First);
            if (warm.Events.Length == 0) continue;
            training.Add(History(warm.UserId, warm.Events, warm.Orders));
            EncodedEvent[] events = test is { } asked ? [.. warm.Events, asked] : warm.Events;
            var tested = new UserHistory(warm.UserId, events, test is null ? warm.Orders : [.. warm.Orders, warm.Orders[^1] + 1], training[^1].TrainingEvents);
            if (test is { } e) tested.Test = new EvaluationCase(tested, warm.Events.Length, [e.Item], events.Length, warm.Events[^1].Time);
            all.Add(tested);
        }

        var items = order.Select(item => data.Items[item]).ToArray();
        return new ColdSplit(
            TrainingData.Of(items[..(items.Length - cold.Length)], training, Split.LeaveOneOut, data.DataHash, "--share: the items that are left"),
            TrainingData.Of(items, all, Split.LeaveOneOut, data.DataHash, "--share: the items that are left"));
    }

    // The events of items that are not cold, up to the test where there is one, and the test; rows are the new ones, cold from a row on.
    private static ((string UserId, EncodedEvent[] Events, int[] Orders) Warm, EncodedEvent? Test) Divide(UserHistory user, int[] rows, int firstCold)
    {
        bool IsCold(EncodedEvent e) => rows[e.Item - ItemRows.First] >= firstCold;
        var end = Array.FindLastIndex(user.Events, IsCold);
        var tested = end > 0 && !Array.TrueForAll(user.Events[..end], IsCold);
        var part = new UserHistory(user.UserId, tested ? user.Events[..end] : user.Events, tested ? user.Orders[..end] : user.Orders, 0);
        var (userId, events, orders) = Histories.Where(part, e => !IsCold(e));
        return ((userId, [.. events.Select(Moved)], orders), tested ? Moved(user.Events[end]) : null);

        EncodedEvent Moved(EncodedEvent e) => e with { Item = rows[e.Item - ItemRows.First] };
    }

    private static UserHistory History(string userId, EncodedEvent[] events, int[] orders)
    {
        var known = Math.Max(1, events.Length - 1);
        var user = new UserHistory(userId, events, orders, known);
        if (events.Length > 1) user.Validation = new EvaluationCase(user, known, [events[known].Item], events.Length, events[known - 1].Time);
        return user;
    }
}
