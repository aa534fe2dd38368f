using driftline.events;
using Driftline.Hosting;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Recommender.Interests;

/// <summary>
/// Brings a batch of a challenger's updates (<c>interest.updates.NAME</c>) into Redis. Nobody streams them, trends do not count them, and an erasure does not wait for them: the
/// user's tombstone by the model that serves forgets them too, and a write after it is taken back by the user's mark, as in <see cref="ApplyInterests"/>.
/// </summary>
internal sealed class ApplyChallenger(ChallengerStore store, ErasedUsers erased) : IBatchHandler<InterestUpdated>
{
    private static readonly int PrefixLength = Topics.InterestUpdates.Name.Length + 1;

    public async Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<InterestUpdated>> batch, CancellationToken stopping)
    {
        var (outcomes, newest) = ApplyInterests.Coalesce(batch);
        foreach (var topic in newest.GroupBy(user => user.Value.Position.Topic, StringComparer.Ordinal))
        {
            await store.WriteAsync(topic.Key[PrefixLength..], [.. topic.Select(user => KeyValuePair.Create(user.Key, user.Value.Bytes))]);
        }

        var marks = await erased.MarksOf(newest.Keys).ReadAsync();
        string[] gone = [.. newest.Where(user => user.Value.Value is { } update && marks.TryGetValue(user.Key, out var erasedAt) && update.newestReceivedAt < erasedAt).Select(user => user.Key)];
        if (gone.Length > 0) await store.ForgetAsync(gone);
        return outcomes;
    }
}
