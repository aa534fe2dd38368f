namespace Driftline.Predictor;

/// <summary>
/// Keeps a user's newest update true where a batch was overtaken. While a predictor stands still (a frozen machine, a stopped process), its group
/// goes on without it: another replica reads a newer sequence and publishes, and what this one publishes when it wakes up would lie on top,
/// although it is older, until the user's next event. So a batch that took longer than any group waits for a silent member is looked at again
/// once it is acknowledged: a user whose sequence is no longer what was published is predicted anew. A user who acts all the while is never
/// caught up with: after some rounds, or some time, the batch ends, for what they did last has triggers of its own.
/// </summary>
internal static class Overtaken
{
    /// <summary>A batch that takes less cannot be overtaken: no group gives a member up so soon.</summary>
    public static readonly TimeSpan Never = TimeSpan.FromSeconds(1);

    /// <summary>Rounds at most: a batch holds its partitions up meanwhile.</summary>
    public const int MostRounds = 10;

    /// <summary>No round begins later than this after the first one's end: each may take as long as a record has to be acknowledged (30 s), and a loop that does not turn for 2 minutes counts as stuck.</summary>
    public static readonly TimeSpan MostAgain = TimeSpan.FromSeconds(30);

    /// <param name="readAsync">Reads what the users' updates are made from.</param>
    /// <param name="digest">Tells whether what was read is still the same.</param>
    /// <param name="publishAsync">Predicts and publishes; completes once all is acknowledged.</param>
    /// <param name="keep">Is given what was read once more of a user for whom nothing has changed: reading takes what is kept of them.</param>
    public static async Task GuardAsync<TUser, TState>(
        IReadOnlyList<TUser> users, Func<IReadOnlyList<TUser>, Task<TState[]>> readAsync, Func<TState, long> digest, Func<IReadOnlyList<TUser>, TState[], Task> publishAsync,
        Action<TUser, TState> keep, TimeProvider time)
    {
        if (users.Count == 0) return;
        var started = time.GetTimestamp();
        long? again = null; // when the first round ended
        var (left, read) = (users, await readAsync(users));
        for (var round = 1; ; round++)
        {
            await publishAsync(left, read);
            if (time.GetElapsedTime(started) < Never || round == MostRounds) return;
            started = time.GetTimestamp();
            again ??= started;
            if (time.GetElapsedTime(again.Value, started) >= MostAgain) return;
            var now = await readAsync(left);
            var changed = new List<(TUser User, TState Now)>();
            for (var i = 0; i < now.Length; i++)
            {
                if (digest(now[i]) == digest(read[i])) keep(left[i], now[i]);
                else changed.Add((left[i], now[i]));
            }

            if (changed.Count == 0) return;
            (left, read) = (changed.ConvertAll(one => one.User), [.. changed.Select(one => one.Now)]);
        }
    }
}
