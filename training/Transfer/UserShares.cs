namespace Driftline.Training;

/// <summary>
/// A share of a data set: a random, seeded part of the users who have training events keep theirs and their validation case; of all others
/// nothing is learnt and nothing chosen. The test cases are the same for every share. Of one seed a smaller share's users are among a larger's.
/// </summary>
public static class UserShares
{
    /// <summary>The catalogue and the tests: nothing to learn from.</summary>
    public static TrainingData None(TrainingData data) => data.Only([.. data.Users.Select(TestOnly)]);

    /// <param name="data">The whole set.</param>
    /// <param name="percent">More than 0, at most 100; rounded up to whole users.</param>
    /// <param name="seed">Chooses the users.</param>
    /// <exception cref="InputException">The share has nothing to learn from.</exception>
    public static TrainingData Of(TrainingData data, double percent, int seed)
    {
        var candidates = data.Users.Where(user => user.TrainingEvents > 0).ToArray();
        new Random(seed).Shuffle(candidates);
        var kept = candidates.Take((int)Math.Ceiling(candidates.Length * percent / 100 - 1e-9)).ToHashSet();
        return TrainingData.Of(
            data.Items, [.. data.Users.Select(user => kept.Contains(user) ? user : TestOnly(user))], data.Split, data.DataHash,
            FormattableString.Invariant($"{percent}% of the target's users, seed {seed}"), data.Attributes);
    }

    private static UserHistory TestOnly(UserHistory user) => new(user.UserId, user.Events, user.Orders, 0) { Test = user.Test, Attributes = user.Attributes };
}
