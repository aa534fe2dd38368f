namespace Driftline.Training;

/// <summary>Ranks by how often each item was met in training: the baseline that any model must beat.</summary>
public sealed class Popularity(TrainingData data) : IItemRanker
{
    private readonly float[] _counts = [.. data.TrainingCounts.Select(count => (float)count)];

    public string Name => "popularity";

    public void Score(IReadOnlyList<EvaluationCase> cases, Span<float> scores)
    {
        for (var i = 0; i < cases.Count; i++) _counts.CopyTo(scores[(i * _counts.Length)..]);
    }
}
