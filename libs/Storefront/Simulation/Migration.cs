namespace Driftline.Storefront.Simulation;

/// <summary>What moves a shopper's interests.</summary>
public enum MigrationKind
{
    /// <summary>The time of the year.</summary>
    Seasonal,

    /// <summary>A fashion that everybody feels.</summary>
    Trend,

    /// <summary>A new part of life, such as a first child.</summary>
    LifeStage,

    /// <summary>A hobby of one's own.</summary>
    Personal,
}

/// <summary>A lasting move of one shopper's interests from some categories to others, by one cause.</summary>
/// <param name="ShopperId">Whose.</param>
/// <param name="Kind">The cause.</param>
/// <param name="Cause">What exactly, e.g. "spring garden begins" or "student to young professional".</param>
/// <param name="Begins">When it begins to move.</param>
/// <param name="Time">When half of the move is over, or nearly.</param>
/// <param name="Ends">When the move is complete.</param>
/// <param name="From">The categories that lose most, the greatest loss first.</param>
/// <param name="To">The categories that win most, the greatest gain first.</param>
/// <param name="Shift">Share of the interest that this cause alone has moved: total variation distance, 0 to 1.</param>
public sealed record Migration(
    string ShopperId, MigrationKind Kind, string Cause, DateTimeOffset Begins, DateTimeOffset Time, DateTimeOffset Ends,
    IReadOnlyList<string> From, IReadOnlyList<string> To, double Shift);
