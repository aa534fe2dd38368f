using Driftline.Catalog;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>What a category forecast is made from and judged by.</summary>
internal sealed class CategoryTruth(Vocabulary vocabulary, Featuriser featuriser)
{
    /// <summary>C.</summary>
    public int Categories { get; } = vocabulary.Categories.Count;

    /// <summary>h_t of the known events.</summary>
    public float[] Observed(EvaluationCase asked) => featuriser.ObservedInterest(asked.Before, row => vocabulary.CategoryOf(row - ItemRows.First), Categories);

    /// <summary>The type-weighted shares of the events that came; all zeros where none has weight.</summary>
    public float[] Realised(EvaluationCase asked)
    {
        var shares = new double[Categories];
        foreach (var e in asked.Future) shares[vocabulary.CategoryOf(e.Item - ItemRows.First)] += featuriser.TypeWeight(e.Type);
        var sum = shares.Sum();
        return [.. shares.Select(share => sum > 0 ? (float)(share / sum) : 0)];
    }

    /// <summary>
    /// p: the type-weighted shares of all training events, with half an event added to each category (Krichevsky and Trofimov 1981,
    /// doi:10.1109/TIT.1981.1056331), so that none is zero.
    /// </summary>
    public float[] Population(TrainingData data)
    {
        var shares = new double[Categories];
        Array.Fill(shares, 0.5);
        foreach (var user in data.Users)
        {
            foreach (var e in user.Events.AsSpan(0, user.TrainingEvents)) shares[vocabulary.CategoryOf(e.Item - ItemRows.First)] += featuriser.TypeWeight(e.Type);
        }

        var sum = shares.Sum();
        return [.. shares.Select(share => (float)(share / sum))];
    }
}
