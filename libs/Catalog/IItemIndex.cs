namespace Driftline.Catalog;

/// <summary>One item that a search found.</summary>
/// <param name="Score">Inner product of the query with the item's vector, plus the item's boost if it has one.</param>
public readonly record struct ScoredItem(string ItemId, float Score);

/// <summary>Whether an item takes part in a search.</summary>
/// <param name="known">
/// Null at first; what is left in it comes back when the item's vector is asked about again, so that an item need not be looked up by its id each time. Another
/// search may be at it at the same moment, and it may be forgotten, or as old as the vector is.
/// </param>
public delegate bool ItemAdmission(string itemId, ref object? known);

/// <summary>Top-k over the item vectors of one model version. One writer at a time; searches at any time, from any thread.</summary>
public interface IItemIndex
{
    /// <summary>Length of every vector.</summary>
    int Dimensions { get; }

    /// <summary>Items that have a vector.</summary>
    int Count { get; }

    /// <summary>Adds an item or replaces its vector.</summary>
    /// <param name="vector">Shape (Dimensions).</param>
    /// <exception cref="ArgumentException">The vector has another length, or holds a number that is not finite.</exception>
    void Upsert(string itemId, ReadOnlySpan<float> vector);

    /// <summary>Takes an item out.</summary>
    /// <returns>False if it was not there.</returns>
    bool Remove(string itemId);

    /// <summary>A copy of the newest vectors of these items, in their order; null for an item that has none.</summary>
    float[]?[] VectorsOf(IReadOnlyList<string> itemIds);

    /// <summary>The best items, best first; equal scores by item id (ordinal).</summary>
    /// <param name="query">Shape (Dimensions).</param>
    /// <param name="count">Most items wanted.</param>
    /// <param name="filter">Only items for which this holds take part; asked only of items that may enter the answer.</param>
    /// <param name="boosts">Added to the scores of the items that it names.</param>
    /// <param name="cosine">True scores by the cosine of the two vectors, 0 where one has no length, instead of by their inner product.</param>
    /// <param name="among">The only items that the filter can let pass, where they are few enough to look at one by one; null where they are not known.</param>
    /// <exception cref="ArgumentException">The query has another length, or holds a number that is not finite.</exception>
    IReadOnlyList<ScoredItem> Search(
        ReadOnlySpan<float> query, int count, ItemAdmission? filter = null, IReadOnlyDictionary<string, float>? boosts = null, bool cosine = false,
        IReadOnlyCollection<string>? among = null);

    /// <summary>The version is served no more: frees what is held outside this process.</summary>
    void Drop();

    /// <exception cref="ArgumentException">The vector has another length than the index's, or holds a number that is not finite.</exception>
    protected static void Check(ReadOnlySpan<float> vector, int dimensions, string name)
    {
        if (vector.Length != dimensions) throw new ArgumentException($"The vector has {vector.Length} dimensions; this index holds vectors of {dimensions}.", name);
        foreach (var number in vector)
            if (!float.IsFinite(number)) throw new ArgumentException("The vector holds a number that is not finite.", name);
    }
}
