using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>
/// Users' events in one row, a user after the other, as symbols (item or category indexes); and for each symbol where it occurs.
/// What is counted over pairs of events is counted a symbol at a time from here, so that no pairs are ever stored.
/// </summary>
internal sealed class Occurrences
{
    private readonly int[] _starts, _places;

    /// <param name="users">Whose events.</param>
    /// <param name="eventsOf">How many of a user's, from the oldest.</param>
    /// <param name="symbolOf">The symbol of an item table's row.</param>
    /// <param name="count">Number of symbols.</param>
    public Occurrences(IReadOnlyList<UserHistory> users, Func<UserHistory, int> eventsOf, Func<int, int> symbolOf, int count)
    {
        Count = count;
        var length = users.Sum(eventsOf);
        (Symbols, Users, Orders) = (new int[length], new int[length], new int[length]);
        _starts = new int[count + 1];
        _places = new int[length];
        int at = 0, order = -1;
        for (var user = 0; user < users.Count; user++)
        {
            var history = users[user];
            var events = eventsOf(history);
            for (var i = 0; i < events; i++, at++)
            {
                if (i == 0 || history.Orders[i] != history.Orders[i - 1]) order++;
                (Symbols[at], Users[at], Orders[at]) = (symbolOf(history.Events[i].Item), user, order);
                _starts[Symbols[at] + 1]++;
            }
        }

        OrderCount = order + 1;
        for (var symbol = 0; symbol < count; symbol++) _starts[symbol + 1] += _starts[symbol];
        var next = _starts.AsSpan(0, count).ToArray();
        for (var place = 0; place < length; place++) _places[next[Symbols[place]]++] = place;
    }

    /// <summary>Number of symbols.</summary>
    public int Count { get; }

    /// <summary>Number of orders of all users.</summary>
    public int OrderCount { get; }

    /// <summary>The symbol of each event.</summary>
    public int[] Symbols { get; }

    /// <summary>The user of each event.</summary>
    public int[] Users { get; }

    /// <summary>The order of each event, numbered over all users.</summary>
    public int[] Orders { get; }

    /// <summary>Where a symbol occurs, ascending.</summary>
    public ReadOnlySpan<int> Of(int symbol) => _places.AsSpan(_starts[symbol].._starts[symbol + 1]);

    /// <summary>The items of the training events.</summary>
    public static Occurrences OfItems(TrainingData data) => OfItems(data, user => user.TrainingEvents);

    /// <summary>The items of so many events of each user.</summary>
    public static Occurrences OfItems(TrainingData data, Func<UserHistory, int> eventsOf) => new(data.Users, eventsOf, row => row - ItemRows.First, data.Items.Count);

    /// <summary>The categories of the training events.</summary>
    public static Occurrences OfCategories(TrainingData data) =>
        new(data.Users, user => user.TrainingEvents, row => data.Vocabulary.CategoryOf(row - ItemRows.First), data.Vocabulary.Categories.Count);

    /// <summary>How often each symbol follows a symbol directly, within a user.</summary>
    public SparseRows Followers(int keep) => SparseRows.Of(Count, keep, (symbol, row) =>
    {
        foreach (var place in Of(symbol))
        {
            if (place + 1 < Symbols.Length && Users[place + 1] == Users[place]) row.Add(Symbols[place + 1], 1);
        }
    });

    /// <summary>How often each symbol occurs at most so many events before or after another occurrence of a symbol, within a user.</summary>
    public SparseRows Neighbours(int window, int keep, Func<int, int, float, float>? weigh = null) => SparseRows.Of(Count, keep, (symbol, row) =>
    {
        foreach (var place in Of(symbol))
        {
            for (var other = Math.Max(0, place - window); other < Symbols.Length && other <= place + window; other++)
            {
                if (other != place && Users[other] == Users[place]) row.Add(Symbols[other], 1);
            }
        }
    }, weigh);

    /// <summary>
    /// What occurs around a symbol, within a user: a neighbour at distance d counts decay^(d-1), and <paramref name="backward"/> times that
    /// before the symbol; all of it divided by the neighbour's own occurrences to the power of <paramref name="discount"/>, which is what makes a
    /// cosine of a count. Cells are shares of the row's sum, times n / (n + <paramref name="shrinkage"/>) for what was counted, n.
    /// </summary>
    public SparseRows Decayed(int window, float decay, float backward, float discount, int keep, float shrinkage)
    {
        var (counted, weighed) = (new float[Count], new float[Count]);
        float[] factors = [.. Enumerable.Range(0, Count).Select(symbol => MathF.Pow(1 + Of(symbol).Length, -discount))];
        return SparseRows.Of(Count, keep, (symbol, row) =>
        {
            foreach (var place in Of(symbol))
            {
                var weight = 1f;
                for (var distance = 1; distance <= window; distance++, weight *= decay)
                {
                    Take(place, place + distance, weight);
                    Take(place, place - distance, weight * backward);
                }
            }

            void Take(int place, int other, float weight)
            {
                if (other < 0 || other >= Symbols.Length || Users[other] != Users[place]) return;
                row.Add(Symbols[other], weight);
                counted[symbol] += weight;
                weighed[symbol] += weight * factors[Symbols[other]];
            }
        }, (symbol, other, count) => count * factors[other] / weighed[symbol] * (counted[symbol] / (counted[symbol] + shrinkage)));
    }

    /// <summary>In how many orders each other symbol occurs together with a symbol.</summary>
    public SparseRows Companions(int keep, Func<int, int, float, float>? weigh = null) => SparseRows.Of(Count, keep, (symbol, row) =>
    {
        var last = -1;
        foreach (var place in Of(symbol))
        {
            if (Orders[place] == last) continue;
            last = Orders[place];
            row.NextGroup();
            var other = place;
            while (other > 0 && Orders[other - 1] == last) other--;
            for (; other < Symbols.Length && Orders[other] == last; other++)
            {
                if (Symbols[other] != symbol) row.AddOncePerGroup(Symbols[other]);
            }
        }
    }, weigh);

    /// <summary>In how many orders each symbol occurs.</summary>
    public int[] OrdersWith() => [.. Enumerable.Range(0, Count).Select(symbol =>
    {
        int orders = 0, last = -1;
        foreach (var place in Of(symbol))
        {
            if (Orders[place] != last) orders++;
            last = Orders[place];
        }

        return orders;
    })];
}
