namespace Driftline.Training;

/// <summary>Ranks at random: what any figure must be held against.</summary>
public sealed class RandomOrder(int items, int seed) : IItemRanker
{
    private readonly Random _random = new(seed);

    public string Name => "random";

    public void Score(IReadOnlyList<EvaluationCase> cases, Span<float> scores)
    {
        foreach (ref var score in scores[..(cases.Count * items)]) score = _random.NextSingle();
    }
}
