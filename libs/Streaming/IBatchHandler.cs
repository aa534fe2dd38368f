namespace Driftline.Streaming;

/// <summary>The one seam that a stage implements.</summary>
public interface IBatchHandler<T> where T : class
{
    /// <summary>
    /// Handles records in partition order. Returns one <see cref="Outcome"/> per record, in the same order, and only once every effect is durable
    /// and every output acknowledged: offsets are stored after this returns. Throws to mean "try again": the same batch comes back after a pause,
    /// so effects must be idempotent.
    /// </summary>
    /// <param name="batch">Never empty. Tombstones have a null value.</param>
    Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<T>> batch, CancellationToken stopping);
}
