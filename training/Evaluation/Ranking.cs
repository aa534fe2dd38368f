using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>Order of items by score, higher first, equal scores by index. Excluded items are not there.</summary>
public static class Ranking
{
    /// <summary>The best items, best first.</summary>
    /// <param name="scores">One for each item.</param>
    /// <param name="excluded">Which items are left out; empty for none.</param>
    /// <param name="top">Takes as many indexes as there are.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="InvalidOperationException">A score is not a number.</exception>
    public static int Top(ReadOnlySpan<float> scores, ReadOnlySpan<bool> excluded, Span<int> top)
    {
        var count = 0;
        var least = float.NegativeInfinity;
        for (var i = 0; i < scores.Length; i++)
        {
            var score = scores[i];
            if (count == top.Length && score <= least) continue;
            if (float.IsNaN(score)) throw new InvalidOperationException($"The score of item {i} is not a number: nothing can be ranked.");
            if (!excluded.IsEmpty && excluded[i]) continue;
            if (count < top.Length) count++;
            var at = count - 1;
            for (; at > 0 && scores[top[at - 1]] < score; at--) top[at] = top[at - 1];
            top[at] = i;
            least = scores[top[count - 1]];
        }

        return count;
    }

    /// <summary>What a relevant item counts at a place, from 0: 1 / log2(2 + place).</summary>
    public static double Discount(int place) => 1 / Math.Log2(place + 2);

    /// <summary>NDCG@10 of one ranking, with gains of 0 and 1.</summary>
    /// <param name="relevantRows">Rows of the item table; at least one.</param>
    public static double Ndcg(ReadOnlySpan<float> scores, ReadOnlySpan<int> relevantRows)
    {
        Span<int> top = stackalloc int[10];
        top = top[..Top(scores, [], top)];
        double gain = 0, ideal = 0;
        for (var place = 0; place < top.Length; place++)
        {
            if (relevantRows.Contains(top[place] + ItemRows.First)) gain += Discount(place);
            if (place < relevantRows.Length) ideal += Discount(place);
        }

        return gain / ideal;
    }

    /// <summary>How many items come before an item: those with a higher score, and those with an equal score and a lower index.</summary>
    public static int PlacesBefore(ReadOnlySpan<float> scores, ReadOnlySpan<bool> excluded, int item)
    {
        var score = scores[item];
        var before = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if ((scores[i] > score || (scores[i] == score && i < item)) && (excluded.IsEmpty || !excluded[i])) before++;
        }

        return before;
    }
}
