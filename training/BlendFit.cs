using System.Numerics.Tensors;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>
/// Chooses the few numbers of a <see cref="Blend"/> on the validation cases: one kind of evidence after the other, its weight and decay each from
/// a short list, twice over, whatever gives the best NDCG@10: of all items, plus that of the items that are new to the user, so that the shopper's
/// own history does not crowd out what may be discovered. The network is asked once, and each kind of evidence once a decay.
/// </summary>
internal sealed class BlendFit
{
    /// <summary>Cases at most: a few numbers need no more.</summary>
    public const int MostCases = 2500;

    /// <summary>Cases times items at most: six numbers are kept of each.</summary>
    public const long MostScores = 25_000_000;

    private const int Sweeps = 2;
    private const float MostWeight = 0.95f; // the network orders what no table links to

    private static readonly float[] Weights = [0, 0.03f, 0.1f, 0.2f, 0.3f, 0.45f, 0.6f, 0.8f];
    private static readonly float[] CoarseDecays = [0.3f, 0.85f, 1];
    private static readonly float[] Decays = [0, 0.5f, 0.7f, 0.95f, 0.99f];
    private static readonly float[] Repeats = [1, 0.1f, 1e-4f];

    private readonly EvaluationCase[] _cases;
    private readonly int _items;
    private readonly int[][] _newestFirst;
    private readonly float[] _network;     // the network's distribution, [cases, V]
    private readonly float[][] _recalled;  // each kind of evidence at its decay in force, [parts][cases, V]
    private readonly Blend _tables;

    /// <param name="ranker">The network, without associations.</param>
    /// <param name="tables">Filled tables.</param>
    /// <param name="items">V.</param>
    /// <param name="cases">Validation cases.</param>
    /// <param name="most">Events of a user that are read.</param>
    public BlendFit(IItemRanker ranker, Blend tables, int items, IReadOnlyList<EvaluationCase> cases, int most)
    {
        (_tables, _items) = (tables, items);
        _cases = [.. cases.Where(c => c.Relevant.Length > 0)];
        _newestFirst = [.. _cases.Select(c => Blend.NewestFirst(c.Before, items, most))];
        _network = new float[(long)_cases.Length * items];
        _recalled = [.. Enumerable.Range(0, BlendSettings.Parts).Select(_ => new float[_network.Length])];
        for (var start = 0; start < _cases.Length; start += Evaluation.CasesPerPass)
        {
            var pass = _cases.AsSpan(start, Math.Min(Evaluation.CasesPerPass, _cases.Length - start)).ToArray();
            ranker.Score(pass, _network.AsSpan(start * items, pass.Length * items));
        }

        for (var i = 0; i < _cases.Length; i++) TensorPrimitives.SoftMax(Row(_network, i), Row(_network, i));
    }

    /// <summary>The settings found.</summary>
    public BlendSettings Run(CancellationToken cancel = default)
    {
        var best = BlendSettings.NetworkAlone;
        if (_cases.Length == 0) return best;
        var value = Measure(best);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var before = best;
            foreach (var repeat in Repeats) Try(best with { Repeat = repeat });
            for (var part = BlendSettings.Parts - 1; part >= 0; part--)
            {
                if (part == BlendSettings.Parts - 1 && best.Repeat < 1) continue; // no use in recalling what may not come again
                foreach (var decay in CoarseDecays) TryDecay(part, decay, Weights);
                foreach (var decay in best.Weights[part] == 0 ? [] : Decays) TryDecay(part, decay, [best.Weights[part]]);
                Recall(part, best.Decays[part]);
            }

            if (ReferenceEquals(best, before)) break;
        }

        return best;

        void TryDecay(int part, float decay, float[] weights)
        {
            Recall(part, decay);
            foreach (var weight in weights)
                Try(best with { Weights = Weigh(best.Weights, part, weight), Decays = [.. best.Decays.Select((old, i) => i == part ? decay : old)] });
        }

        void Try(BlendSettings candidate)
        {
            cancel.ThrowIfCancellationRequested();
            var measured = Measure(candidate);
            if (measured > value) (best, value) = (candidate, measured);
        }
    }

    private void Recall(int part, float decay) => Parallel.For(0, _cases.Length, () => new ItemValues(_items), (i, _, own) =>
    {
        _tables.Recall(part, decay, _newestFirst[i], own);
        var row = Row(_recalled[part], i);
        row.Clear();
        foreach (var item in own.Items) row[item] = own[item];
        return own;
    }, _ => { });

    private double Measure(BlendSettings settings)
    {
        var (all, fresh) = (new double[_cases.Length], new double[_cases.Length]);
        Parallel.For(0, _cases.Length, () => new float[_items], (i, _, mixed) =>
        {
            TensorPrimitives.Multiply(Row(_network, i), 1 - settings.Weights.Sum(), mixed);
            for (var part = 0; part < BlendSettings.Parts; part++)
            {
                if (settings.Weights[part] > 0) TensorPrimitives.MultiplyAdd(Row(_recalled[part], i), settings.Weights[part], mixed, mixed);
            }

            if (settings.Repeat < 1) Scale(mixed, _newestFirst[i], settings.Repeat);
            all[i] = Ranking.Ndcg(mixed, _cases[i].Relevant);
            if (_cases[i].RelevantNew.Length == 0) return mixed;
            Scale(mixed, _newestFirst[i], 0);
            fresh[i] = Ranking.Ndcg(mixed, _cases[i].RelevantNew);
            return mixed;
        }, _ => { });
        return all.Average() + fresh.Sum() / Math.Max(1, _cases.Count(c => c.RelevantNew.Length > 0));
    }

    private static void Scale(float[] mixed, int[] events, float factor)
    {
        foreach (var item in events.Distinct())
        {
            if (item >= 0) mixed[item] *= factor;
        }
    }

    private Span<float> Row(float[] matrix, int row) => matrix.AsSpan(row * _items, _items);

    // Gives a part its weight; where the network would be left with too little, the other parts give way in proportion.
    private static float[] Weigh(float[] weights, int at, float weight)
    {
        float[] copy = [.. weights.Select((old, i) => i == at ? weight : old)];
        var others = copy.Sum() - weight;
        if (others + weight <= MostWeight) return copy;
        for (var i = 0; i < copy.Length; i++)
        {
            if (i != at) copy[i] *= (MostWeight - weight) / others;
        }

        return copy;
    }
}
