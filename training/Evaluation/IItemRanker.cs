namespace Driftline.Training;

/// <summary>Anything that orders the whole catalogue for a user: a model or a baseline.</summary>
public interface IItemRanker
{
    /// <summary>Name in tables.</summary>
    string Name { get; }

    /// <summary>Scores all items for each case; higher is better. It may read the known events only.</summary>
    /// <param name="cases">At most <see cref="Evaluation.CasesPerPass"/>.</param>
    /// <param name="scores">Row-major [cases, V], by item index (the item table's row less <c>ItemRows.First</c>); overwritten.</param>
    void Score(IReadOnlyList<EvaluationCase> cases, Span<float> scores);
}

/// <summary>Anything that foretells the distribution over categories of what a user does next: a model or a baseline.</summary>
public interface ICategoryForecaster
{
    /// <summary>Name in tables.</summary>
    string Name { get; }

    /// <summary>Writes each case's distribution. It may read the known events only.</summary>
    /// <param name="cases">At most <see cref="Evaluation.CasesPerPass"/>.</param>
    /// <param name="shares">Row-major [cases, C]; overwritten; each row sums to 1.</param>
    void Forecast(IReadOnlyList<EvaluationCase> cases, Span<float> shares);
}
