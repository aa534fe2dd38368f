using Driftline.Training;

namespace Driftline.InterestModel.Tests;

/// <summary>Scores and shares that a test has written down, by user id.</summary>
internal sealed class FixedScores(IReadOnlyDictionary<string, float[]> rows) : IItemRanker, ICategoryForecaster
{
    public string Name => "fixed";

    public void Score(IReadOnlyList<EvaluationCase> cases, Span<float> scores) => Write(cases, scores);

    public void Forecast(IReadOnlyList<EvaluationCase> cases, Span<float> shares) => Write(cases, shares);

    private void Write(IReadOnlyList<EvaluationCase> cases, Span<float> target)
    {
        var width = target.Length / cases.Count;
        for (var i = 0; i < cases.Count; i++) rows[cases[i].User.UserId].CopyTo(target[(i * width)..]);
    }
}
