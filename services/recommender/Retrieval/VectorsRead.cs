namespace Driftline.Recommender.Retrieval;

/// <summary>Whether this replica knows the model versions that have item vectors: all topics of these were read once, or a minute has passed in which they could not be.</summary>
internal sealed class VectorsRead(IEnumerable<Task> caughtUp, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public Task Done { get; } = Task.WhenAny(Task.WhenAll(caughtUp), Task.Delay(Patience, time));
}
