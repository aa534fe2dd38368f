namespace Driftline.InterestModel;

/// <summary>A category whose share moves, and by how much: next minus current.</summary>
public readonly record struct CategoryShift(string Category, float Delta);

/// <summary>What is added to an item's inner product with the user vector.</summary>
public readonly record struct ItemBoost(string ItemId, float Boost);

/// <summary>What a user is interested in now and next.</summary>
/// <param name="Current">h_t over the model's categories; sums to 1, or all zeros where no event is of a category that the model knows.</param>
/// <param name="Next">h_{t+1} over the model's categories; sums to 1.</param>
/// <param name="Embedding">User vector; its inner product with an item's vector of the same model version, plus the item's boost, is the item's score.</param>
/// <param name="Boosts">Items that are scored by more than the vectors, see <see cref="Blend"/>.</param>
/// <param name="Drift">Jensen-Shannon divergence of the two, base 2, 0..1; 0 where <paramref name="Current"/> is all zeros.</param>
/// <param name="Rising">Largest gains first, at most <see cref="Drifts.MaxShifts"/>.</param>
/// <param name="Falling">Largest losses first, at most <see cref="Drifts.MaxShifts"/>.</param>
/// <param name="Kind">What moves the interest; null where it hardly moves, or the model holds no <see cref="PopulationModel"/>.</param>
public sealed record InterestPrediction(
    float[] Current, float[] Next, float[] Embedding, IReadOnlyList<ItemBoost> Boosts, float Drift,
    IReadOnlyList<CategoryShift> Rising, IReadOnlyList<CategoryShift> Falling, DriftKind? Kind = null);
