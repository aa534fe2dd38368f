using System.Buffers;
using Driftline.InterestModel;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>
/// The one protocol behind every figure: each case's relevant items are ranked among all items, ties by item index.
/// </summary>
public static class Evaluation
{
    /// <summary>Cases that a ranker or forecaster is asked at once.</summary>
    public const int CasesPerPass = 256;

    /// <summary>Validation cases on which a baseline chooses its one setting.</summary>
    public const int ChoosingCases = 5000;

    /// <summary>The users' validation cases, at most <paramref name="limit"/>, evenly picked.</summary>
    public static IReadOnlyList<EvaluationCase> ValidationCases(TrainingData data, int limit)
    {
        var cases = data.Users.Select(user => user.Validation).OfType<EvaluationCase>().ToList();
        return cases.Count <= limit ? cases : [.. Enumerable.Range(0, limit).Select(i => cases[(int)((long)i * cases.Count / limit)])];
    }

    /// <summary>The users' test cases.</summary>
    public static IReadOnlyList<EvaluationCase> TestCases(TrainingData data) => [.. data.Users.Select(user => user.Test).OfType<EvaluationCase>()];

    /// <summary>The same, of data that is to be judged by them.</summary>
    /// <param name="name">What the data are called.</param>
    /// <exception cref="InputException">There is none.</exception>
    public static IReadOnlyList<EvaluationCase> RequiredTestCases(TrainingData data, string name) => TestCases(data) is { Count: > 0 } cases
        ? cases : throw new InputException($"{name}: no user has a test under --split {data.Split.Name}: choose another split.");

    /// <summary>Ranks by the network. Leaves it in evaluation mode.</summary>
    public static RankingMetrics Model(InterestNetwork network, Featuriser featuriser, Device device, TrainingData data, IReadOnlyList<EvaluationCase> cases)
    {
        using var ranker = new NetworkRanker("model", network, featuriser, device);
        return RankingMetrics.Of(Items(ranker, data, cases));
    }

    /// <summary>Ranks by how often each item was met in training: the baseline that any model must beat.</summary>
    public static RankingMetrics Popularity(TrainingData data, IReadOnlyList<EvaluationCase> cases) => RankingMetrics.Of(Items(new Popularity(data), data, cases));

    /// <summary>The figures of a ranker.</summary>
    /// <param name="sampledNegatives">
    /// Where given, each case's relevant items are ranked among this many random others only. Such figures do not order rankers as the full
    /// ranking does (Krichene and Rendle 2020, doi:10.1145/3394486.3403226): never compare them with any other.
    /// </param>
    public static ItemMetrics Items(IItemRanker ranker, TrainingData data, IReadOnlyList<EvaluationCase> cases, int? sampledNegatives = null, CancellationToken cancel = default)
    {
        var items = data.Items.Count;
        var (all, fresh) = (new ItemTally(data.TrainingCounts), new ItemTally(data.TrainingCounts));
        var scores = new float[Math.Min(CasesPerPass, Math.Max(1, cases.Count)) * items];
        for (var start = 0; start < cases.Count; start += CasesPerPass)
        {
            cancel.ThrowIfCancellationRequested();
            var pass = cases.Skip(start).Take(CasesPerPass).ToArray();
            ranker.Score(pass, scores.AsSpan(0, pass.Length * items));
            var ranked = new (ItemTally.Ranked? All, ItemTally.Ranked? New)[pass.Length];
            Parallel.For(0, pass.Length, i => ranked[i] = Rank(pass[i], scores.AsSpan(i * items, items), sampledNegatives));
            for (var i = 0; i < pass.Length; i++)
            {
                if (ranked[i].All is { } one) all.Add(pass[i], one);
                if (ranked[i].New is { } two) fresh.Add(pass[i], two);
            }
        }

        return new ItemMetrics(all.Figures(), fresh.Figures());
    }

    private static (ItemTally.Ranked? All, ItemTally.Ranked? New) Rank(EvaluationCase asked, ReadOnlySpan<float> scores, int? sampledNegatives)
    {
        var rented = ArrayPool<bool>.Shared.Rent(scores.Length);
        var excluded = rented.AsSpan(0, scores.Length);
        excluded.Clear();
        if (sampledNegatives is { } negatives) Sampling.LeaveOut(excluded, asked, negatives);
        ItemTally.Ranked? all = asked.Relevant.Length > 0 ? ItemTally.Rank(scores, sampledNegatives is null ? [] : excluded, asked.Relevant) : null;
        ItemTally.Ranked? fresh = null;
        if (asked.RelevantNew.Length > 0)
        {
            foreach (var e in asked.Before) excluded[e.Item - ItemRows.First] = true;
            fresh = ItemTally.Rank(scores, excluded, asked.RelevantNew);
        }

        ArrayPool<bool>.Shared.Return(rented);
        return (all, fresh);
    }
}
