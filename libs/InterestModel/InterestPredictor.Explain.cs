using Driftline.Sequences;

namespace Driftline.InterestModel;

public sealed partial class InterestPredictor
{
    /// <summary>Each past event's share in the forecast and in items' scores; see <see cref="InterestExplanation"/>.</summary>
    /// <param name="sequence">Oldest first. The newest <see cref="FeatureSettings.SequenceLength"/> events are explained; deleting one of them does not let an older one in.</param>
    /// <param name="itemIds">Items whose scores are explained.</param>
    /// <param name="categories">Categories whose shares of h_{t+1} are explained.</param>
    /// <param name="attributes">The user's, name to value; null where none are known.</param>
    /// <param name="mostEvents">The newest events that are explained; each costs a run over the sequence. The older ones are read all the same, and shares are among those explained.</param>
    /// <exception cref="ArgumentException">The model does not know an item or a category.</exception>
    public InterestExplanation Explain(
        IReadOnlyList<SequenceEntry> sequence, IReadOnlyList<string> itemIds, IReadOnlyList<string> categories,
        IReadOnlyDictionary<string, string>? attributes = null, int mostEvents = int.MaxValue)
    {
        var rows = itemIds.Select(id => _items.RowOf(id) is var row && row >= ItemRows.First
            ? row : throw new ArgumentException($"The model knows no item '{id}': register it first.", nameof(itemIds))).ToArray();
        var columns = categories.Select(name => _categoryIndex.TryGetValue(name, out var index)
            ? index : throw new ArgumentException($"The model knows no category '{name}'.", nameof(categories))).ToArray();
        var first = Math.Max(0, sequence.Count - Manifest.Features.SequenceLength);
        var events = sequence.Skip(first).Select(entry => Featuriser.Encode(entry, _items.RowOf)).ToArray();
        var explained = Math.Min(mostEvents, events.Length);
        var oldest = events.Length - explained;
        ArraySegment<EncodedEvent>[] variants = [events, .. Enumerable.Range(oldest, explained).Select(left => events.Where((_, i) => i != left).ToArray())];
        var (scores, next) = TotalScores(variants, rows, attributes);

        return new InterestExplanation(
            Of("", 0, left => Drifts.JensenShannon(next[0], next[left])),
            [.. columns.Select((column, i) => Of(categories[i], next[0][column], left => (double)next[0][column] - next[left][column]))],
            [.. itemIds.Select((id, i) => Of(id, scores[0][i], left => (double)scores[0][i] - scores[left][i]))]);

        ScoreExplanation Of(string target, double score, Func<int, double> delta)
        {
            var deltas = Enumerable.Range(1, explained).Select(delta).ToArray();
            var sum = deltas.Sum(value => Math.Max(0, value));
            return new ScoreExplanation(target, score, [.. deltas.Select((value, i) =>
                new EventShare(first + oldest + i, sequence[first + oldest + i].ItemId, value, sum > 0 ? Math.Max(0, value) / sum : 0))]);
        }
    }

    /// <summary>
    /// The scores by which items are ranked (inner product and boost), and h_{t+1}, of each sequence: [users][rows] and [users][C]. An item has boosts where the first of the sequences,
    /// which is the user's, gives it one that is told: what is not told ranks nothing.
    /// </summary>
    private (float[][] Scores, float[][] Next) TotalScores(
        ArraySegment<EncodedEvent>[] users, int[] rows, IReadOnlyDictionary<string, string>? attributes)
    {
        var (scores, next) = (new float[users.Length][], new float[users.Length][]);
        var encoded = _attributes.Encode(attributes);
        var readings = Array.ConvertAll(users, events => Reading.Whole(events, encoded));
        var told = new HashSet<int>();
        var boosted = new float[users.Length][];
        using var memory = new ThreadLocal<(float[] All, ItemValues Boosts)>(() => (new float[_newcomers.End], new ItemValues(_newcomers.End)));
        Answer(readings, (scratch, i, vector, logits, forecast, _) =>
        {
            var (all, boosts) = memory.Value;
            logits.CopyTo(all);
            for (var item = logits.Length; item < all.Length; item++) all[item] = _newcomers.Logit(item, vector);
            var newestFirst = NewestFirst(readings[i].Window);
            _blend.Boosts(newestFirst, all, boosts);
            next[i] = forecast.ToArray();
            scores[i] = Array.ConvertAll(rows, row => all[row - ItemRows.First]);
            boosted[i] = Array.ConvertAll(rows, row => boosts[row - ItemRows.First]);
            if (i > 0) return;
            foreach (var (item, _) in scratch.Foremost.Of(newestFirst, logits, vector)) told.Add(item + ItemRows.First);
        });
        for (var i = 0; i < users.Length; i++)
        {
            for (var j = 0; j < rows.Length; j++)
            {
                if (told.Contains(rows[j])) scores[i][j] += boosted[i][j];
            }
        }

        return (scores, next);
    }
}
