using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>
/// Chooses the few numbers of a <see cref="Blend"/> on the validation cases: one after the other, each from a short list, twice over, whatever
/// gives the best NDCG@10. The network is asked once.
/// </summary>
internal sealed class BlendFit
{
    /// <summary>Scores that are kept in memory at most: cases times items.</summary>
    public const long MostScores = 60_000_000;

    private const int Sweeps = 2;
    private const float MostWeight = 0.95f; // the network orders what no table links to

    private static readonly float[] Weights = [0, 0.03f, 0.1f, 0.2f, 0.3f, 0.45f, 0.6f];
    private static readonly float[] Decays = [0, 0.3f, 0.5f, 0.7f, 0.85f, 0.95f];
    private static readonly float[] Repeats = [1, 0.1f, 1e-4f];

    private readonly TrainingData _data;
    private readonly EvaluationCase[] _cases;
    private readonly float[] _logits;
    private readonly int[][] _newestFirst;
    private readonly Blend _tables;

    /// <param name="ranker">The network, without associations.</param>
    /// <param name="tables">Filled tables.</param>
    /// <param name="cases">Validation cases.</param>
    public BlendFit(IItemRanker ranker, Blend tables, TrainingData data, IReadOnlyList<EvaluationCase> cases)
    {
        (_data, _tables) = (data, tables);
        _cases = [.. cases.Where(c => c.Relevant.Length > 0)];
        _logits = new float[(long)_cases.Length * data.Items.Count];
        _newestFirst = [.. _cases.Select(NewestFirst)];
        for (var start = 0; start < _cases.Length; start += Evaluation.CasesPerPass)
        {
            var pass = _cases.AsSpan(start, Math.Min(Evaluation.CasesPerPass, _cases.Length - start)).ToArray();
            ranker.Score(pass, _logits.AsSpan(start * data.Items.Count, pass.Length * data.Items.Count));
        }
    }

    /// <summary>The items of a case's events, newest first, as indexes.</summary>
    public static int[] NewestFirst(EvaluationCase asked)
    {
        var items = new int[asked.Known];
        for (var i = 0; i < items.Length; i++) items[i] = asked.User.Events[asked.Known - 1 - i].Item - ItemRows.First;
        return items;
    }

    /// <summary>The settings found, and their NDCG@10 on the cases.</summary>
    public (BlendSettings Settings, double Ndcg) Run()
    {
        var best = BlendSettings.NetworkAlone;
        var value = Measure(best);
        void Try(BlendSettings candidate)
        {
            if (candidate.Weights.Sum() > MostWeight) return;
            var measured = Measure(candidate);
            if (measured > value) (best, value) = (candidate, measured);
        }

        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var before = best;
            foreach (var repeat in Repeats) Try(best with { Repeat = repeat });
            for (var part = 0; part < BlendSettings.Parts; part++)
            {
                foreach (var weight in Weights) Try(best with { Weights = Replace(best.Weights, part, weight) });
                if (best.Weights[part] == 0) continue;
                foreach (var decay in Decays) Try(best with { Decays = Replace(best.Decays, part, decay) });
            }

            if (best == before) break;
        }

        return (best, value);
    }

    private double Measure(BlendSettings settings)
    {
        var blend = _tables.With(settings);
        var items = _data.Items.Count;
        var ndcg = new double[_cases.Length];
        Parallel.For(0, _cases.Length, () => (Scores: new float[items], Boosts: new Dictionary<int, float>()), (i, _, own) =>
        {
            var logits = _logits.AsSpan(i * items, items);
            logits.CopyTo(own.Scores);
            blend.Boosts(_newestFirst[i], logits, own.Boosts);
            foreach (var (item, boost) in own.Boosts) own.Scores[item] += boost;
            ndcg[i] = Ranking.Ndcg(own.Scores, _cases[i].Relevant);
            return own;
        }, _ => { });
        return ndcg.Average();
    }

    private static float[] Replace(float[] values, int at, float value)
    {
        var copy = values.ToArray();
        copy[at] = value;
        return copy;
    }
}
